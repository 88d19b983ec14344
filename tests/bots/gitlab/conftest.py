"""Stand a forge before the double, with nothing of our own replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from bots.forge import Change, Repo
from bots.gitlab.forge import GitLab
from bots.pacing import at_once
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

HOST = "gitlab.example.org"


def forge_of(gitlab: GitLabDouble, token: str | None = None) -> GitLab:
    """Make the forge of the double's bot."""
    return GitLab(
        url=gitlab.url, token=token or gitlab.token, host=HOST, clock=gitlab.world.clock, pacer=at_once()
    )


def described(repo: world.Repo) -> Repo:
    """Name a project of the double's as GitLab tells of it."""
    return Repo(host=HOST, id=str(repo.id), path=repo.path, private=repo.private)


def change_of(forge: GitLab, pull: world.Pull) -> Change:
    """Ask for a merge request."""
    return forge.change(described(pull.repo), str(pull.number))


@pytest.fixture(autouse=True)
def _tries_without_pauses() -> Iterator[None]:
    """Try as often as in production, without waiting in between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def forge(gitlab: GitLabDouble) -> GitLab:
    """Give the forge of the double's bot."""
    return forge_of(gitlab)


@pytest.fixture
def repo(gitlab: GitLabDouble) -> world.Repo:
    """Give a project with a golden, in a group within a group."""
    return gitlab.repo("acme/apps/shop", files={"README.md": b"# Shop\n", "test/goldens/a.png": b"golden a"})
