"""Hold who there is: people, organisations, apps, where an app is installed, and the tokens given out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.forges.git import Person
from tests.forges.github.keys import Key

if TYPE_CHECKING:
    from tests.forges.github.repo import Repo

PERMISSIONS = {
    "metadata": "read",
    "contents": "write",
    "checks": "write",
    "pull_requests": "write",
    "issues": "write",
    "actions": "read",
}
EVENTS = ("check_run", "check_suite", "issue_comment", "pull_request", "workflow_run")


@dataclass(eq=False)
class Account:
    """Somebody or something with a name: a person, an organisation, an app's bot."""

    id: int
    login: str
    kind: str = "User"

    @property
    def email(self) -> str:
        """The address that commits of this account carry."""
        return f"{self.id}+{self.login}@users.noreply.github.com"

    @property
    def person(self) -> Person:
        """How this account signs commits."""
        return Person(self.login, self.email)


@dataclass(eq=False)
class Signer(Account):
    """GitHub itself, as the committer of what its API commits and signs."""

    @property
    def email(self) -> str:
        """GitHub's own address."""
        return "noreply@github.com"

    @property
    def person(self) -> Person:
        """How GitHub signs."""
        return Person("GitHub", self.email)


@dataclass(eq=False)
class App:
    """A GitHub App: ours, GitHub Actions, or another CI's."""

    id: int
    slug: str
    name: str
    owner: Account
    bot: Account
    key: Key
    client_id: str
    client_secret: str
    webhook_secret: str
    permissions: dict[str, str] = field(default_factory=lambda: dict(PERMISSIONS))
    events: tuple[str, ...] = EVENTS


@dataclass(frozen=True, slots=True)
class Manifest:
    """An app that a person made from a manifest, waiting for its credentials to be fetched."""

    app: App
    at: datetime


@dataclass(eq=False)
class Installation:
    """Our app on an account, for all of its repositories or some."""

    id: int
    account: Account
    permissions: dict[str, str]
    repos: list[Repo] = field(default_factory=list)
    suspended: bool = False


@dataclass(eq=False)
class Token:
    """What somebody may do for a while. `user`: a person's token, of an OAuth dance; else an installation's."""

    text: str
    until: datetime
    installation: Installation | None = None
    permissions: Mapping[str, str] = field(default_factory=dict)
    repos: tuple[Repo, ...] | None = None
    """None: all that the installation has."""
    user: Account | None = None

    def covers(self, repo: Repo) -> bool:
        """Was this repository given to the token, and not taken from the installation since?"""
        installed = self.installation.repos if self.installation else []
        return repo in installed and (self.repos is None or repo in self.repos)
