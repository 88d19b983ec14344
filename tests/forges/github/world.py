"""Hold everything that exists on the double, and the clock by which it happens."""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from tests.forges.branches import Files
from tests.forges.git import Git
from tests.forges.github.accounts import Account, App, Installation, Manifest, Signer, Token
from tests.forges.github.keys import Key
from tests.forges.github.repo import Comment, Pull, Repo
from tests.forges.github.runs import RETENTION, Artifact, Attempt, CheckRun, WorkflowRun
from tests.forges.store import Store

__all__ = [
    "RETENTION",
    "Account",
    "App",
    "Artifact",
    "Attempt",
    "CheckRun",
    "Comment",
    "Delivered",
    "Files",
    "Installation",
    "Manifest",
    "Pull",
    "Repo",
    "Token",
    "WorkflowRun",
    "World",
    "node_id",
    "stamp",
]

Json = Any


class Delivered(Protocol):
    """A webhook that was delivered, or tried to be."""

    @property
    def id(self) -> int: ...
    @property
    def ok(self) -> bool: ...
    def shown(self) -> Json:
        """Show it as the API does."""
        ...

    def again(self) -> None:
        """Deliver it again."""
        ...


class Tell(Protocol):
    """Hears what the app itself caused, for GitHub tells apps of their own doings too."""

    def __call__(self, event: str, action: str, repo: Repo, sender: Account, **details: Any) -> None: ...


def _say_nothing(event: str, action: str, repo: Repo, sender: Account, **details: Any) -> None:
    """Tell nobody."""


STARTS = {"number": 6, "user": 583_230, "repo": 707_000_000, "app": 341_000, "installation": 48_000_000}
"""Where ids of a kind begin. All others begin past 32 bits, as GitHub's do."""


class World:
    """Everything that exists, and the clock by which it happens."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.clock = clock
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.repos: dict[str, Repo] = {}
        self.installations: dict[str, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.teams: dict[tuple[str, str], dict[str, str]] = {}
        self.manifests: dict[str, Manifest] = {}
        self.delivered: list[Delivered] = []
        self.tell: Tell = _say_nothing
        self.store = Store(self.now)
        self._counters: dict[str, itertools.count[int]] = {}
        self.app = self.new_app("golddigger", owner=self.account("golddigger-makers", "Organization"))
        self.actions = self.new_app("github-actions", owner=self.account("github", "Organization"))
        self.signer = Signer(self.next("user"), "web-flow")

    def now(self) -> datetime:
        """Give the time as GitHub tells it: whole seconds."""
        return self.clock().astimezone(UTC).replace(microsecond=0)

    def next(self, kind: str) -> int:
        """Give the next id of a kind."""
        counter = self._counters.setdefault(kind, itertools.count(STARTS.get(kind, 12_000_000_001)))
        return next(counter)

    def account(self, login: str, kind: str = "User") -> Account:
        """Give an account, made when it is first named."""
        return self.accounts.setdefault(login, Account(self.next("user"), login, kind))

    def new_app(self, slug: str, *, owner: Account) -> App:
        """Register an app with a bot account."""
        id_ = self.next("app")
        return App(
            id=id_,
            slug=slug,
            name=slug.replace("-", " ").title(),
            owner=owner,
            bot=self.account(f"{slug}[bot]", "Bot"),
            key=Key.shared(),
            client_id=f"Iv23li{id_}",
            client_secret=f"secret-of-{slug}-{id_}",
            webhook_secret=f"webhook-secret-of-{slug}",
        )

    def repo(
        self,
        path: str,
        *,
        files: Files | None = None,
        private: bool = True,
        installed: bool = True,
        parent: Repo | None = None,
    ) -> Repo:
        """Make a repository with one commit on ``main``, with our app installed on it."""
        owner, name = path.split("/")
        with self.lock:
            folder = self.folder / f"{path}.git"
            git = Git(folder, share=parent.git if parent else None)
            repo = Repo(
                id=self.next("repo"),
                owner=self.account(owner, "User" if parent else "Organization"),
                name=name,
                git=git,
                world=self,
                private=private,
                parent=parent,
            )
            self.repos[path.lower()] = repo
            start = parent.git.ref("refs/heads/main") if parent else None
            if start:
                git.move("refs/heads/main", start)
            else:
                repo.commit("main", files or {"README.md": b"# A repository\n"}, message="Begin")
            if installed:
                self.install(repo)
        return repo

    def fork(self, parent: Repo, path: str) -> Repo:
        """Give a fork, made when it is first named. Our app is not installed there."""
        return self.repos.get(path.lower()) or self.repo(
            path, private=parent.private, installed=False, parent=parent
        )

    def install(self, repo: Repo) -> Installation:
        """Give our app a repository."""
        login = repo.owner.login
        if login not in self.installations:
            permissions = dict(self.app.permissions)
            self.installations[login] = Installation(self.next("installation"), repo.owner, permissions)
        installation = self.installations[login]
        if repo not in installation.repos:
            installation.repos.append(repo)
        return installation

    def uninstall(self, repo: Repo) -> None:
        """Take a repository from our app."""
        self.installations[repo.owner.login].repos.remove(repo)

    def grant(self, permission: str, level: str) -> None:
        """Change what our app may do, here and on every installation."""
        for permissions in (self.app.permissions, *(one.permissions for one in self.installations.values())):
            permissions[permission] = level

    def team(self, org: str, slug: str, *members: str) -> None:
        """Make a team of people."""
        self.account(org, "Organization")
        self.teams[org.lower(), slug] = dict.fromkeys(members, "active")

    def installation_of(self, repo: Repo) -> Installation | None:
        """Give the installation that has a repository."""
        return next((one for one in self.installations.values() if repo in one.repos), None)

    def pulls_of(self, repo: Repo, branch: str) -> list[Pull]:
        """Give the open pull requests, in any repository, whose branch this is."""
        every = (pull for one in self.repos.values() for pull in one.pulls.values())
        return [
            pull for pull in every if pull.head_repo is repo and pull.branch == branch and pull.state == "open"
        ]

    def moved(self, repo: Repo, branch: str) -> list[Pull]:
        """Let pull requests follow a branch that moved; give them."""
        pulls = self.pulls_of(repo, branch)
        for pull in pulls:
            pull.updated_at = self.now()
            pull.follow()
        return pulls


def node_id(kind: str, number: int) -> str:
    """Give a GraphQL id such as GitHub's older ones: base64 of the kind and the number."""
    return base64.b64encode(f"{len(kind):03}:{kind}{number}".encode()).decode()


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as GitHub does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
