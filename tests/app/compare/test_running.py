"""Many pairs on all cores: nothing is decoded for nothing, nothing is lost, and nobody waits for the dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.compare import pairs, rulebook, running
from app.compare.pairs import Files
from app.compare.rulebook import Asked, Rulebook
from app.compare.running import Evidence
from app.messages import Head, Message
from app.sandbox import _Child
from diffing.digests import digest
from diffing.words import Comparison, Name, Outcome, Refused
from tests.app.compare.stage import AGAIN, OPEN, PAID, lay

pytestmark = pytest.mark.slow

BOOK = rulebook.write(Asked(), None, Path())


def run(
    here: Path, *, workers: int = 2, keep: Callable[[Evidence], None] | None = None, book: Rulebook = BOOK
) -> list[Comparison]:
    """Compare `goldens` with `drawn`."""
    files = pairs.pair(here / "goldens", here / "drawn").files
    return running.compare(files, book, workers=workers, keep=[keep] if keep else [], told=lambda: None)


def test_equal_bytes_are_never_decoded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand equal files start no child at all, be they pictures or damaged ones."""

    def forbidden(*_: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr("app.sandbox._Child", forbidden)
    files = {f"{at}.png": (PAID, PAID[:100], b"")[at % 3] for at in range(1000)}
    lay(here / "goldens", files)
    lay(here / "drawn", files)
    found = run(here)
    assert {each.outcome for each in found} == {Outcome.SAME}
    assert found[0].golden == found[0].candidate == digest(PAID)


def test_what_one_side_lacks_is_read_for_its_size(here: Path) -> None:
    """Added and removed pictures have sizes; an added file that is damaged is unreadable, not new."""
    lay(here / "goldens", {"removed.png": PAID, "rotten.png": PAID[:80], "text.txt": b"a\n"})
    lay(here / "drawn", {"added.png": PAID, "damaged.png": PAID[:80]})
    added, damaged, removed, rotten, text = run(here)
    assert (added.outcome, added.golden, added.candidate) == (Outcome.ADDED, None, digest(PAID))
    assert added.difference is not None
    assert str(added.difference.candidate_size) == "120×60"
    assert damaged.outcome is Outcome.UNREADABLE
    assert [each.outcome for each in (removed, rotten, text)] == [Outcome.REMOVED] * 3
    assert removed.difference is not None
    assert str(removed.difference.golden_size) == "120×60"


def test_the_order_is_that_of_the_names(here: Path) -> None:
    """However long one takes: results stand where their pairs do, and each has a number of its own."""
    files = {f"{at:02}.png": PAID for at in range(24)}
    lay(here / "goldens", files)
    lay(here / "drawn", {name: (OPEN, AGAIN, PAID)[at % 3] for at, name in enumerate(files)})

    def slowly(evidence: Evidence) -> None:
        time.sleep(0.02 if evidence.comparison.name < "12" else 0)

    found = run(here, workers=3, keep=slowly)
    assert [each.name for each in found] == list(files)
    assert [each.id for each in found] == [str(at + 1) for at in range(24)]


def test_a_file_that_kills_its_child_costs_one_comparison(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next file has a fresh child."""
    before = _Child.ask

    def ask(child: _Child, head: Head, parts: Sequence[bytes], seconds: float) -> Message:
        if parts[1] == b"killer":
            child.kill()
        return before(child, head, parts, seconds)

    monkeypatch.setattr(_Child, "ask", ask)
    lay(here / "goldens", {"a.png": PAID, "b.png": PAID, "c.png": PAID})
    lay(here / "drawn", {"a.png": OPEN, "b.png": b"killer", "c.png": OPEN})
    found = run(here, workers=1)
    assert [each.outcome for each in found] == [Outcome.CHANGED, Outcome.UNREADABLE, Outcome.CHANGED]


def test_nothing_large_is_kept(here: Path) -> None:
    """Masks are handed on while they are at hand, and not kept."""
    lay(here / "goldens", {"a.png": PAID})
    lay(here / "drawn", {"a.png": OPEN})
    seen: list[Evidence] = []
    (found,) = run(here, keep=seen.append)
    assert found.difference is not None
    assert found.difference.mask is None
    (evidence,) = seen
    assert (evidence.golden, evidence.candidate) == (PAID, OPEN)
    assert evidence.drawn is not None
    assert evidence.drawn.startswith(b"\x89PNG")


def test_a_report_that_cannot_be_written_ends_it(here: Path) -> None:
    """The first trouble is told, the children are ended, and nobody works on."""
    files = {f"{at:03}.png": PAID for at in range(300)}
    lay(here / "goldens", files)
    lay(here / "drawn", dict.fromkeys(files, OPEN))
    seen: list[str] = []

    def full(evidence: Evidence) -> None:
        seen.append(evidence.comparison.name)
        raise Refused("The disk is full.")

    with pytest.raises(Refused, match="The disk is full"):
        run(here, keep=full)
    assert len(seen) <= 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("compare")]


def test_a_file_that_went_away_is_unreadable(here: Path) -> None:
    """Between listing and reading a file may go: that is told, and the rest is compared."""
    lay(here, {"a.png": PAID})
    gone = Files(Name("gone.png"), str(here / "a.png"), str(here / "gone.png"))
    (found,) = running.compare([gone], BOOK, workers=1, told=lambda: None)
    assert found.outcome is Outcome.UNREADABLE
    assert found.why == "The candidate cannot be read: No such file or directory."
