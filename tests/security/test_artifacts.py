"""What a pipeline may keep: many artifacts are as good a bomb as a large one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.flow import findings
from app.flow.findings import Findings
from bots.local.handovers import Handovers
from diffing.words import Refused
from storage import runs
from tests.app.web.stage import Stage, set_up


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A repository whose artifacts are folders."""
    made = set_up(tmp_path)
    yield made
    made.parts.db.dispose()


def find(stage: Stage, folder: Path, named: Mapping[str, Path]) -> Findings:
    """Hand artifacts over as what CI kept, and look through them."""
    change = stage.change
    kept = Handovers(folder / "handovers").add(
        repo=change.repo.id, branch=change.branch, head=change.head, source="ci", artifacts=named
    )
    queued = stage.queue(pipeline=kept.id)
    with stage.parts.db.begin() as db:
        run = runs.get(db, queued)
    return findings.find(stage.parts, run, change)


def folder_of(at: Path, files: int = 1) -> Path:
    """Make a folder of tiny files."""
    at.mkdir()
    for number in range(files):
        (at / f"{number}.txt").write_bytes(b"")
    return at


def test_more_artifacts_than_shards_anybody_has_are_refused(stage: Stage, tmp_path: Path) -> None:
    """Each of them would be a download, an open file and a list of names."""
    small = folder_of(tmp_path / "small")
    with pytest.raises(Refused, match="101 artifacts"):
        find(stage, tmp_path, {f"goldens-{number}": small for number in range(101)})


def test_artifacts_are_weighed_together_before_any_is_fetched(stage: Stage, tmp_path: Path) -> None:
    """Three of 1.5 GiB fill a disk as one of 4.5 GiB does."""
    large = tmp_path / "large"
    large.mkdir()
    with (large / "hole.bin").open("wb") as hole:
        hole.truncate(3 << 29)
    with pytest.raises(Refused, match="GiB"):
        find(stage, tmp_path, {f"goldens-{number}": large for number in range(3)})


def test_files_are_counted_over_all_artifacts(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many files in ten shards are as much work as in one."""
    monkeypatch.setattr(findings, "MOST_FILES", 25)
    shards = {f"goldens-{number}": folder_of(tmp_path / f"s{number}", 10) for number in range(3)}
    with pytest.raises(Refused, match="30 files"):
        find(stage, tmp_path, shards)
