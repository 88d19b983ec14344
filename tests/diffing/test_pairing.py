"""Candidates come to lie beside their goldens, once each, and nothing without a place can be committed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.pairing import pair, preferred, settled, shards_complete
from diffing.words import (
    Difference,
    Found,
    Member,
    Mode,
    Name,
    Obsolete,
    Outcome,
    Pair,
    Size,
    Suite,
    Tolerance,
)
from tests.diffing.artifacts import find, members, only, suite, tree

GOLDENS = suite("same-path", "g/**/*.png", name="s")
TREE = tree("g/a.png", "g/b.png", "g/notes.md", "src/x.png", link=["g/link.png"], module=["g/sub"])


def drawn(
    name: str | None, path: str = "a.png", *, by: Suite = GOLDENS, missing: bool = False, why: str = ""
) -> Found:
    """Make a candidate for a golden."""
    golden = Name(name) if name else None
    return Found(suite=by.name, member=Member("goldens", path), name=golden, missing=missing, why=why)


def names(pairs: list[Pair]) -> list[tuple[str, bool]]:
    """Give the pairs' names, and whether each has a place."""
    return [(each.name, each.placed) for each in pairs]


def test_a_candidate_lies_beside_its_golden() -> None:
    """The pair holds the golden's entry of the tree, by which equal bytes are told without reading."""
    one = only(pair([GOLDENS], [drawn("g/a.png")], TREE, complete=False))
    assert (one.name, one.placed, one.golden) == ("g/a.png", True, TREE[Name("g/a.png")])


def test_a_candidate_without_a_golden_is_new() -> None:
    """Its place is known, and empty."""
    one = only(pair([GOLDENS], [drawn("g/new.png", missing=True)], TREE, complete=False))
    assert (one.placed, one.golden) == (True, None)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("src/x.png", "`g/**/*.png`"),
        ("g/link.png", "symbolic link"),
        ("g/link.png/a.png", "symbolic link"),
        ("g/sub/a.png", "submodule"),
        ("g/.github/a.png", "steer"),
        ("g/../src/x.png", "leads out"),
        ("G/A.png", "outside"),
        ("g/A.png", "letter case"),
    ],
)
def test_what_may_not_be_committed_is_shown_without_a_place(name: str, word: str) -> None:
    """The reason is said, and there is no golden beside it."""
    one = only(pair([GOLDENS], [drawn(name)], TREE, complete=False))
    assert (one.placed, one.golden) == (False, None)
    assert word in one.why


def test_a_candidate_of_which_nobody_knows_the_golden_is_shown_by_its_path() -> None:
    """Its own reason goes with it."""
    one = only(pair([GOLDENS], [drawn(None, "x/y.png", why="It may be either.")], TREE, complete=False))
    assert (one.name, one.placed, one.why) == ("x/y.png", False, "It may be either.")


def test_candidates_without_a_place_keep_apart() -> None:
    """The same path in two artifacts makes two names, so that both are shown."""
    lost = [replace(drawn(None), member=Member(artifact, "a.png")) for artifact in ("linux", "macos")]
    assert names(pair([GOLDENS], lost, TREE, complete=False)) == [("a.png", False), ("macos/a.png", False)]


def test_a_hostile_path_can_be_kept_and_shown() -> None:
    """Too long, with what a database does not store or a page would not show."""
    one = only(pair([GOLDENS], [drawn(None, "x" * 5000 + "\0\ud800.png")], TREE, complete=False))
    assert len(one.name) <= 1000
    assert one.name.isprintable()


def test_the_last_try_counts_and_the_earlier_are_kept() -> None:
    """Tries that disagree are what tells a flake."""
    tries = [drawn("g/a.png", f"try{at}.png") for at in range(3)]
    found = only(pair([GOLDENS], tries, TREE, complete=False)).found
    assert found is not None
    assert found.member.path == "try2.png"
    assert [each.member.path for each in found.earlier] == ["try0.png", "try1.png"]


def test_of_several_suites_the_one_whose_golden_it_is_keeps_a_candidate() -> None:
    """The others, which found the same file and could not place it, are silent."""
    other = suite("same-path", "h/**", name="t")
    found = [drawn(None, by=other), drawn("g/a.png"), drawn("g/a.png", by=other)]
    one = only(pair([other, GOLDENS], found, TREE, complete=False))
    assert (one.suite, one.name, one.placed) == ("s", "g/a.png", True)


def test_a_golden_without_a_candidate_is_removed_where_all_were_drawn() -> None:
    """Only files of a kind that was drawn are goldens: the notes beside them stay."""
    pairs = pair([GOLDENS], [drawn("g/a.png")], TREE, complete=True)
    assert [(each.name, each.found is None) for each in pairs] == [("g/a.png", False), ("g/b.png", True)]


@pytest.mark.parametrize(
    ("rules", "found", "complete"),
    [
        (GOLDENS, [drawn("g/a.png")], False),
        (replace(GOLDENS, mode=Mode.FAILURES), [drawn("g/a.png")], True),
        (replace(GOLDENS, obsolete=Obsolete.IGNORE), [drawn("g/a.png")], True),
        (GOLDENS, [], True),
        (GOLDENS, [drawn(None)], True),
    ],
)
def test_otherwise_nothing_is_removed(rules: Suite, found: list[Found], complete: bool) -> None:
    """Not of an incomplete artifact, of failures only, where the suite says no, or where nothing was drawn."""
    assert all(each.found is not None for each in pair([rules], found, TREE, complete=complete))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "g/a.png", "g/new.png", "src/x.png", "g/link.png"]),
            st.sampled_from(["a.png", "b.png", "x/a.png", "\0", ""]),
            st.sampled_from(["one", "two"]),
        )
    ),
    st.booleans(),
)
def test_no_two_pairs_share_a_name(found: list[tuple[str | None, str, str]], complete: bool) -> None:
    """One row a golden, whatever was found; and no candidate counts twice for it."""
    candidates = [replace(drawn(name), member=Member(artifact, path)) for name, path, artifact in found]
    pairs = pair([GOLDENS], candidates, TREE, complete=complete)
    assert len({(each.name, each.placed) for each in pairs}) == len(pairs)
    used = [(each.found.member, each.found.name) for each in pairs if each.found]
    assert len(set(used)) == len(used)


def test_one_file_may_be_drawn_for_several_goldens() -> None:
    """Where a framework keeps pictures that are the same once; another suite then has no part in it."""
    file = Member("one", "data/0.png")
    other = replace(GOLDENS, name="other", goldens=("src/**",))
    found = [replace(drawn(name), member=file) for name in ("g/a.png", "g/new.png", None, "g/new.png")]
    pairs = pair(
        [GOLDENS, other], [*found, replace(drawn("src/x.png"), suite="other", member=file)], TREE, complete=False
    )
    assert [(each.name, each.suite) for each in pairs] == [("g/a.png", GOLDENS.name), ("g/new.png", GOLDENS.name)]


@pytest.mark.parametrize(
    ("kept", "failed", "complete"),
    [
        ([], False, False),
        (["goldens"], True, True),
        (["goldens-1-of-2", "goldens-2-of-2"], True, True),
        (["goldens-1/2", "goldens-2/2"], True, True),
        (["goldens_1_of_2", "goldens_2_of_2"], True, True),
        (["goldens-1-of-2"], True, False),
        (["goldens-1-of-2"], False, False),
        (["goldens-1-of-3", "goldens-2-of-3", "goldens-4-of-3"], False, False),
        (["a-1-of-2", "b-2-of-2"], False, False),
        (["goldens-linux", "goldens-macos"], True, False),
        (["goldens-linux", "goldens-macos"], False, True),
        (["goldens-1", "goldens-2"], True, False),
        (["goldens-1-of-1", "extra"], True, False),
    ],
)
def test_which_artifacts_prove_to_be_all(kept: list[str], failed: bool, complete: bool) -> None:
    """Numbered shards prove it; several without numbers do not where the pipeline failed."""
    assert shards_complete(kept, failed) is complete


SIZE = Size(100, 100)
SMALL = Difference(outcome=Outcome.CHANGED, golden_size=SIZE, candidate_size=SIZE, pixels=3, ratio=0.0003)


@pytest.mark.parametrize(
    ("mode", "tolerance", "difference", "outcome"),
    [
        (Mode.ALL, Tolerance(pixels=3), SMALL, Outcome.SAME),
        (Mode.ALL, Tolerance(pixels=2), SMALL, Outcome.CHANGED),
        (Mode.ALL, Tolerance(ratio=0.001), SMALL, Outcome.SAME),
        (Mode.FAILURES, Tolerance(pixels=100), SMALL, Outcome.CHANGED),
        (Mode.FAILURES, Tolerance(), Difference(outcome=Outcome.SAME), Outcome.CHANGED),
        (Mode.ALL, Tolerance(), Difference(outcome=Outcome.SAME), Outcome.SAME),
        (Mode.ALL, Tolerance(ratio=1), Difference(outcome=Outcome.UNREADABLE), Outcome.UNREADABLE),
    ],
)
def test_what_a_difference_comes_to(
    mode: Mode, tolerance: Tolerance, difference: Difference, outcome: Outcome
) -> None:
    """The tolerance decides where all are kept; what failed in CI never turns green by it."""
    assert settled(mode, tolerance, difference) is outcome


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["t/goldens/ci/a.png", "t/goldens/macos/a.png"], "t/goldens/ci/a.png"),
        (["t/ci/a.png", "t/macos/a.png", "t/linux/a.png"], "t/ci/a.png"),
        (["t/ci/a.png", "u/macos/a.png"], None),
        (["t/ci/a.png", "u/ci/a.png"], None),
        (["t/ci/a.png", "t/x/y/a.png"], None),
        (["t/ci/a.png", "t/home/a.png"], None),
        (["t/ci/a.png", "t/a.png"], None),
        (["ci/x/a.png", "linux/x/a.png"], None),
        (["ci/a.png", "linux/a.png"], "ci/a.png"),
        (["ci/a.png", "a.png"], None),
        (["t/linux/a.png", "t/macos/a.png"], None),
        ([], None),
    ],
)
def test_alchemists_golden_for_ci_is_preferred(options: list[str], chosen: str | None) -> None:
    """Beside the same picture for people's own platforms, and only there."""
    assert preferred([Name(each) for each in options]) == chosen


def test_a_removed_golden_that_could_never_be_committed_is_only_shown() -> None:
    """A path that is too long for the bot, and for a database's column, is no golden to be removed."""
    long = f"goldens/{'a' * 200}/{'b' * 200}/{'c' * 200}/{'d' * 200}/{'e' * 250}.png"
    there = tree("goldens/a.png", long)
    same = suite("same-path", "goldens/**")
    pairs = pair([same], find(same, members("goldens/a.png"), there), there, complete=True)
    (lost,) = [each for each in pairs if each.found is None]
    assert not lost.placed
    assert len(lost.name) <= 1000
    assert "characters" in lost.why
