"""Run the demo's sample for stories that decide: compared once, and put back as it was before each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app import review
from app.demo import pictures, sample
from app.demo.pictures import Drawn
from app.demo.sample import Sample
from app.review import Review
from bots.local.git import Git
from diffing.words import Comparison, Sha
from storage import comparisons
from storage.runs import StoredRun

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A demo that was compared and then stopped, and a copy of it."""

    folder: Path
    copy: Path
    sample: Sample


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo at work."""

    at: Review
    run: StoredRun

    @property
    def git(self) -> Git:
        """The sample's repository."""
        return self.at.git

    @property
    def head(self) -> Sha:
        """The tip of the branch that broke its goldens."""
        return self.at.change.head

    @property
    def door(self) -> str:
        """The printed address: it opens the run's page and signs its reader in, once."""
        return self.at.invitation(self.run)

    @property
    def found(self) -> Mapping[str, Comparison]:
        """What the run found, by golden."""
        with self.at.whole.parts.db.begin() as db:
            return {str(each.name): each for each in comparisons.of_run(db, self.run.id)}

    def committed(self, before: Sha) -> dict[str, bytes | None]:
        """Wait for the one commit on top of a head; give the files that it changed, as they are after it."""
        until(lambda: self.head != before, "the branch moves")
        after = self.head
        assert self.git.line("rev-parse", f"{after}^") == before
        changed = self.git.run("diff-tree", "-r", "--no-commit-id", "--name-only", "-z", after).decode()
        return {name: self.git.file_at(after, name) for name in changed.split("\0") if name}


def keep(folder: Path) -> Kept:
    """Draw the sample and have it compared."""
    made = sample.make(folder / "demo")
    with _opened(folder / "demo", made) as at:
        at.hand_over(made.artifacts)
        at.ended(seconds=_SECONDS)
    shutil.copytree(folder / "demo", folder / "copy", symlinks=True)
    return Kept(folder / "demo", folder / "copy", made)


@contextmanager
def begun(kept: Kept) -> Iterator[Demo]:
    """Open the demo as it was when it had been compared."""
    shutil.rmtree(kept.folder)
    shutil.copytree(kept.copy, kept.folder, symlinks=True)
    with _opened(kept.folder, kept.sample) as at:
        yield Demo(at, at.ended(seconds=_SECONDS))


def candidate(name: str) -> bytes | None:
    """Give what CI drew of a golden; None where it drew nothing any more."""
    return _drawn()[name].candidate


@cache
def _drawn() -> Mapping[str, Drawn]:
    """Draw the sample once: that takes seconds."""
    return {**pictures.shop(), **pictures.website(), **pictures.orders()}


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for what a page cannot show."""
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


@contextmanager
def _opened(folder: Path, made: Sample) -> Iterator[Review]:
    with review.opened(made.git, sample.BRANCH, data=folder / "data", port=None, say=lambda words: None) as at:
        yield at
