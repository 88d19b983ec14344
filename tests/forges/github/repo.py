"""Hold a repository, over a real bare git repository: its pull requests, comments, checks and runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tests.forges.branches import Branches, Files
from tests.forges.git import Git
from tests.forges.github.accounts import Account, App
from tests.forges.github.runs import CheckRun, WorkflowRun

if TYPE_CHECKING:
    from tests.forges.github.world import World


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
class Repo(Branches):
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

    def role(self, login: str, role: str) -> Account:
        """Give somebody a role: none, read, triage, write, maintain, admin."""
        self.roles[login] = role
        return self.world.account(login)

    def protect(self, branch: str, by: Literal["rule", "ruleset"] = "rule") -> None:
        """Let nobody push to a branch: by a branch protection rule, or by the newer rulesets."""
        self.protected[branch] = by

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
