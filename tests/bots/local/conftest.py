"""Make real git repositories for these tests, whatever the developer's own git configuration says."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.local import repositories
from bots.local.git import Git

Run = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with `main` and a branch `redesign` that is one commit ahead; `main` is checked out."""
    folder = tmp_path / "shop"
    folder.mkdir()
    run = runner(folder)
    run("init", "--quiet", "--initial-branch=main")
    run("config", "user.name", "Robin Reviewer")
    run("config", "user.email", "robin@example.org")
    (folder / "goldens").mkdir()
    (folder / "goldens/cart.png").write_bytes(b"old cart")
    (folder / "goldens/menu.png").write_bytes(b"old menu")
    (folder / ".golddigger.yml").write_text("version: 1\n")
    run("add", ".")
    run("commit", "--quiet", "-m", "Sell things")
    run("switch", "--quiet", "-c", "redesign")
    (folder / ".golddigger.yml").write_text("version: 1  # from the branch\n")
    run("commit", "--quiet", "-am", "Redesign the shop")
    run("switch", "--quiet", "main")
    return folder


@pytest.fixture
def run(folder: Path) -> Run:
    """The user's own git, in the repository."""
    return runner(folder)


@pytest.fixture
def git(folder: Path) -> Git:
    """The repository as Golddigger opens it."""
    return repositories.find(folder)


def runner(folder: Path) -> Run:
    """Give a function that runs git in a folder."""

    def run(*words: str) -> str:
        return subprocess.run(
            ("git", *words), cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    return run
