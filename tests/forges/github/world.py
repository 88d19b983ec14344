"""Hold what exists on the double: accounts, apps, repositories, pull requests and what hangs on them."""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from tests.forges.github.git import Commit, File, Git, Person
from tests.forges.github.keys import Key
from tests.forges.github.store import Store

Json = Any
RETENTION = timedelta(days=90)
Files = Mapping[str, bytes | File | None]

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
        """Was this repository given to the token?"""
        repos = (
            self.repos if self.repos is not None else tuple(self.installation.repos if self.installation else ())
        )
        return repo in repos


@dataclass(eq=False)
class Attempt:
    """One attempt of a workflow run."""

    number: int
    status: str
    conclusion: str | None
    started_at: datetime
    updated_at: datetime


@dataclass(eq=False)
class WorkflowRun:
    """A run of a workflow of GitHub Actions; a re-run is another attempt under the same id."""

    id: int
    repo: Repo
    name: str
    path: str
    workflow_id: int
    number: int
    event: str
    head: str
    branch: str
    head_repo: Repo
    actor: Account
    suite: int
    attempts: list[Attempt]
    artifacts: list[Artifact] = field(default_factory=list)

    @property
    def last(self) -> Attempt:
        """The newest attempt."""
        return self.attempts[-1]


@dataclass(eq=False)
class Artifact:
    """A zip that a workflow run kept."""

    id: int
    name: str
    content: bytes
    run: WorkflowRun
    created_at: datetime
    expired: bool = False


@dataclass(eq=False)
class CheckRun:
    """A check on a commit."""

    id: int
    name: str
    head: str
    app: App
    suite: int
    status: str = "queued"
    conclusion: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    images: list[Json] = field(default_factory=list)
    external_id: str = ""
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(eq=False)
class Comment:
    """A comment on a pull request."""

    id: int
    number: int
    user: Account
    body: str
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    reactions: list[tuple[Account, str]] = field(default_factory=list)


@dataclass(eq=False)
class Pull:
    """A pull request. Its head is where its branch points; a closed one keeps the last."""

    id: int
    number: int
    title: str
    author: Account
    repo: Repo
    base: str
    branch: str
    head_repo: Repo | None
    """None when the fork was deleted."""
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    merged: bool = False
    kept_head: str = ""

    @property
    def head(self) -> str:
        """The commit under review."""
        found = self.head_repo.git.ref(f"refs/heads/{self.branch}") if self.head_repo else None
        return found if found and self.state == "open" else self.kept_head

    @property
    def fork(self) -> bool:
        """Does the branch lie in another repository?"""
        return self.head_repo is not self.repo

    def follow(self) -> None:
        """Let ``refs/pull/N/head`` follow the branch, as GitHub does."""
        self.kept_head = self.head
        self.repo.git.move(f"refs/pull/{self.number}/head", self.kept_head)


@dataclass(eq=False)
class Repo:
    """A repository, over a real bare git repository."""

    id: int
    owner: Account
    name: str
    git: Git
    world: World
    private: bool = True
    default_branch: str = "main"
    parent: Repo | None = None
    roles: dict[str, str] = field(default_factory=dict)
    protected: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    truncated: bool = False
    """Answer recursive trees as too large, with only some of their entries."""

    @property
    def path(self) -> str:
        """``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    def file(self, branch: str, path: str) -> bytes | None:
        """Read a file back; None where there is none."""
        return self.git.file(branch, path)

    def files(self, branch: str) -> dict[str, bytes]:
        """Read every file of a branch back."""
        return {entry.path: self.git.blob(entry.id) for entry in self.git.tree(branch) if entry.kind == "blob"}

    def log(self, branch: str) -> list[Commit]:
        """Give the branch's commits, newest first."""
        return self.git.log(branch)

    def sha(self, branch: str) -> str:
        """Give the branch's head."""
        found = self.git.ref(f"refs/heads/{branch}")
        assert found, f"{self.path} has no branch {branch}"
        return found

    def role(self, login: str, role: str) -> Account:
        """Give somebody a role: none, read, triage, write, maintain, admin."""
        self.roles[login] = role
        return self.world.account(login)

    def protect(self, branch: str, by: Literal["rule", "ruleset"] = "rule") -> None:
        """Let nobody push to a branch: by a branch protection rule, or by the newer rulesets."""
        self.protected[branch] = by

    def commit(self, branch: str, files: Files, *, message: str = "Change", author: str = "dev") -> str:
        """Commit files onto a branch as somebody, outside the API and without a webhook."""
        with self.world.lock:
            parent = self.git.ref(f"refs/heads/{branch}")
            person = self.world.account(author).person
            sha = self.git.write(branch, files, message=message, author=person, at=self.world.now(), parent=parent)
            self.world.moved(self, branch)
        return sha

    def pull(
        self,
        *,
        branch: str = "feature",
        files: Files | None = None,
        author: str = "dev",
        fork: str | None = None,
        title: str = "Mend the header",
        base: str = "main",
        message: str = "Change the screens",
    ) -> Pull:
        """Open a pull request whose branch differs from the base by `files`; `fork` names the fork of it."""
        with self.world.lock:
            head_repo = self.world.fork(self, fork) if fork else self
            person = self.world.account(author).person
            now = self.world.now()
            start = self.sha(base)
            head_repo.git.write(branch, files or {}, message=message, author=person, at=now, parent=start)
            number = self.world.next("number")
            pull = Pull(
                id=self.world.next("pull"),
                number=number,
                title=title,
                author=self.world.account(author),
                repo=self,
                base=base,
                branch=branch,
                head_repo=head_repo,
                created_at=now,
                updated_at=now,
            )
            self.roles.setdefault(author, "read" if fork else "write")
            self.pulls[number] = pull
            pull.follow()
        return pull


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


@dataclass(frozen=True, slots=True)
class Manifest:
    """An app that a person made from a manifest, waiting for its credentials to be fetched."""

    app: App
    at: datetime


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
