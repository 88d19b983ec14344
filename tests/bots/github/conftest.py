"""Stand a forge before the double, with nothing of our own replaced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from bots.forge import Change, Repo
from bots.github.forge import GitHub
from bots.pacing import at_once
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble


def forge_of(github: GitHubDouble, *, api_url: str | None = None) -> GitHub:
    """Make the forge of the double's app."""
    return GitHub(
        app_id=str(github.app.id),
        private_key=github.app.key.private,
        api_url=api_url or github.api_url,
        web_url=github.web_url,
        host="github.com",
        clock=github.world.clock,
        pacer=at_once(),
    )


def described(repo: world.Repo) -> Repo:
    """Name a repository of the double's as a webhook would."""
    installation = repo.world.installation_of(repo)
    tenant = str(installation.id) if installation else ""
    return Repo(host="github.com", id=str(repo.id), path=repo.path, tenant=tenant, private=repo.private)


def change_of(forge: GitHub, pull: world.Pull) -> Change:
    """Ask for a pull request."""
    return forge.change(described(pull.repo), str(pull.number))


@pytest.fixture(autouse=True)
def _tries_without_pauses() -> Iterator[None]:
    """Try as often as in production, without waiting in between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def forge(github: GitHubDouble) -> GitHub:
    """Give the forge of the double's app."""
    return forge_of(github)


@pytest.fixture
def repo(github: GitHubDouble) -> world.Repo:
    """Give a repository with a golden."""
    return github.repo("acme/app", files={"README.md": b"# App\n", "test/goldens/a.png": b"golden a"})
