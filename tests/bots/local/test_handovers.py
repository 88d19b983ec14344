"""Tell what is remembered of artifacts that were handed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.local.handovers import Handover, Handovers
from diffing.words import Refused, Sha

ONE, TWO = Sha("1" * 40), Sha("2" * 40)


def _add(handovers: Handovers, path: Path, *, branch: str = "redesign", head: Sha = ONE) -> Handover:
    return handovers.add(repo="r", branch=branch, head=head, source="CI", artifacts={"golddigger": path})


def test_another_process_knows_what_was_handed_over(tmp_path: Path) -> None:
    """They are files, not memory."""
    added = _add(Handovers(tmp_path / "kept"), tmp_path / "drawn")
    assert Handovers(tmp_path / "kept").get(added.id) == added
    assert added.artifacts == {"golddigger": str(tmp_path / "drawn")}


def test_a_later_handover_has_a_larger_number(tmp_path: Path) -> None:
    """Also the eleventh after the tenth: numbers, not texts."""
    handovers = Handovers(tmp_path)
    added = [_add(handovers, tmp_path) for _ in range(11)]
    assert [int(each.id) for each in handovers.of("r", "redesign", [ONE])] == list(range(1, 12))
    assert handovers.of("r", "redesign", [ONE]) == added


def test_only_those_of_the_branch_at_these_commits_are_given(tmp_path: Path) -> None:
    """Another branch at the same commit, or another commit, has its own."""
    handovers = Handovers(tmp_path)
    mine = _add(handovers, tmp_path)
    _add(handovers, tmp_path, branch="main")
    _add(handovers, tmp_path, head=TWO)
    assert handovers.of("r", "redesign", [ONE]) == [mine]
    assert handovers.of("another", "redesign", [ONE]) == []


def test_a_number_that_is_taken_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes may hand over at once: the later one takes the next number."""
    handovers = Handovers(tmp_path)
    first = _add(handovers, tmp_path / "first")
    seen = iter([[], [first]])
    monkeypatch.setattr(handovers, "_all", lambda: next(seen))
    second = _add(handovers, tmp_path / "second")
    monkeypatch.undo()
    assert (first.id, second.id) == ("1", "2")
    assert handovers.get("1") == first


@pytest.mark.parametrize("key", ["", "../1", "9"])
def test_what_was_never_handed_over_is_not_known(tmp_path: Path, key: str) -> None:
    """Whatever the id looks like."""
    handovers = Handovers(tmp_path / "kept")
    _add(handovers, tmp_path)
    assert handovers.get(key) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 1'])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    """People can remove it and hand over again."""
    (tmp_path / "1.json").write_text(content)
    with pytest.raises(Refused, match=r"1\.json is damaged"):
        Handovers(tmp_path).get("1")
