"""Tell how what frameworks really left behind is reviewed, without a line of configuration, to the commit."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import review
from bots.local import repositories
from diffing.composites import third
from diffing.words import Found
from tests.diffing.recordings import Recording

pytestmark = pytest.mark.slow


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(("git", *words), cwd=folder, check=True, capture_output=True, text=True).stdout


def _repository(folder: Path, recording: Recording) -> Path:
    """Make a repository of what git held when the framework ran, with a branch that is checked out."""
    for name, content in recording.goldens.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "config", "user.name", "Robin Reviewer")
    _git(folder, "config", "user.email", "robin@example.org")
    _git(folder, "add", "--force", ".")
    _git(folder, "commit", "--quiet", "-m", "Draw green")
    _git(folder, "switch", "--quiet", "-c", "red")
    _git(folder, "commit", "--quiet", "--allow-empty", "-m", "Draw red")
    return folder


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def _drawn(recording: Recording, found: Found) -> bytes:
    content = recording.kept[found.member]
    return third(content) if found.piece else content


@pytest.mark.slow
@pytest.mark.parametrize(
    "recording",
    [
        Recording("playwright", "kinds"),
        Recording("playwright", "retries"),
        Recording("playwright", "template"),
        Recording("playwright", "merged"),
        Recording("playwright", "html"),
        Recording("jest-image-snapshot", "received"),
        Recording("storybook", "received"),
        Recording("vitest", "attachments"),
        Recording("cypress", "vertical"),
        Recording("reg-cli", "whole"),
        Recording("lost-pixel", "pages"),
        Recording("pytest-image-snapshot", "saved"),
        Recording("syrupy", "updated"),
    ],
    ids=lambda each: f"{each.framework}-{each.scenario}",
)
def test_what_a_framework_left_is_committed_to_the_byte(
    recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recognised, compared, approved by one command: git then holds what was drawn, each in its golden's place."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    git = repositories.find(_repository(tmp_path / "app", recording))
    pairs = [pair for pair in recording.pairs() if pair.placed and pair.found]
    assert pairs
    with review.opened(git, "red", data=tmp_path / "data", port=None, say=lambda _: None) as opened:
        before = opened.change.head
        opened.hand_over({"golddigger": recording.artifact})
        opened.ended(seconds=60)
        opened.command("/golddigger approve")
        _until(lambda: opened.change.head != before)
        drawn = {pair.name: _drawn(recording, pair.found) for pair in pairs if pair.found}
        changed = {name for name, content in drawn.items() if content != recording.goldens.get(name)}
        assert changed == set(_git(tmp_path / "app", "diff", "--name-only", "-z", "main", "red").split("\0")[:-1])
        assert all(opened.git.file_at(opened.change.head, name) == drawn[name] for name in changed)
