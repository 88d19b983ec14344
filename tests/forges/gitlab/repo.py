"""Hold a project, over a real bare git repository: its merge requests, notes, hooks, pipelines and statuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.forges.branches import Branches, Files
from tests.forges.git import Git
from tests.forges.gitlab.accounts import LEVELS, Account
from tests.forges.gitlab.runs import Pipeline, Status

if TYPE_CHECKING:
    from tests.forges.gitlab.world import World

Json = Any


@dataclass(eq=False)
class Award:
    """An emoji that somebody gave."""

    id: int
    name: str
    user: Account
    created_at: datetime


@dataclass(eq=False)
class Note:
    """A note on a merge request. `system`: GitLab's own. `kind`: `DiscussionNote`, `DiffNote`, None alone."""

    id: int
    pull: Pull
    user: Account
    body: str
    created_at: datetime
    updated_at: datetime
    discussion: str
    kind: str | None = None
    system: bool = False
    position: Json = None
    edited_by: Account | None = None
    edited_at: datetime | None = None
    resolved_by: Account | None = None
    resolved_at: datetime | None = None
    awards: list[Award] = field(default_factory=list)

    @property
    def resolvable(self) -> bool:
        """Can its thread be resolved?"""
        return self.kind is not None and not self.system

    @property
    def reactions(self) -> list[tuple[Account, str]]:
        """Who gave which emoji, in order."""
        return [(award.user, award.name) for award in self.awards]


@dataclass(eq=False)
class Discussion:
    """A thread of notes."""

    id: str
    notes: list[Note]

    @property
    def resolved(self) -> bool:
        """Is all of it resolved?"""
        return all(note.resolved_by is not None for note in self.notes if note.resolvable)


@dataclass(eq=False)
class Hook:
    """A webhook of a project, a group, or the whole server. `url`: None posts to where the bot listens."""

    id: int
    url: str | None
    token: str
    events: dict[str, bool]
    created_at: datetime
    uuid: str
    signing_token: str = ""
    name: str | None = None
    description: str | None = None
    failures: int = 0
    permanent: bool = False
    until: datetime | None = None
    """Switched off until then; None: not for a while."""
    backoffs: int = 0
    verify: bool = True
    template: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent along with each delivery."""


@dataclass(eq=False)
class Pull:
    """A merge request. Its head is where its branch points; a closed one keeps the last."""

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
    state: str = "opened"
    kept_head: str = ""
    kept_start: str = ""
    allow_collaboration: bool = False
    notes: dict[int, Note] = field(default_factory=dict)
    awards: list[Award] = field(default_factory=list)
    merged_by: Account | None = None
    closed_by: Account | None = None

    @property
    def head(self) -> str:
        """The commit under review."""
        found = self.head_repo.git.ref(f"refs/heads/{self.branch}") if self.head_repo else None
        return found if found and self.state == "opened" else self.kept_head

    @property
    def fork(self) -> bool:
        """Does the branch lie in another project?"""
        return self.head_repo is not self.repo

    @property
    def merged(self) -> bool:
        """Was it merged?"""
        return self.state == "merged"

    @property
    def start(self) -> str:
        """Where the target branch pointed when the head was last pushed: a merge request does not follow it."""
        return self.kept_start

    @property
    def merge_base(self) -> str:
        """The commit from which source and target went apart."""
        return self.repo.git.line("merge-base", self.start, self.head)

    @property
    def discussions(self) -> list[Discussion]:
        """The threads, oldest first."""
        threads: dict[str, Discussion] = {}
        for note in self.notes.values():
            threads.setdefault(note.discussion, Discussion(note.discussion, [])).notes.append(note)
        return list(threads.values())

    def follow(self) -> None:
        """Let ``refs/merge-requests/N/head`` follow the branch, and keep what it is compared with."""
        if self.head != self.kept_head:
            self.kept_start = self.repo.sha(self.base)
        self.kept_head = self.head
        self.repo.git.move(f"refs/merge-requests/{self.number}/head", self.kept_head)


@dataclass(eq=False)
class ExternalCheck:
    """A status check of Ultimate's, which somebody outside answers."""

    id: int
    name: str
    external_url: str
    answers: list[tuple[Pull, str, str]] = field(default_factory=list)
    """The merge request, its head then, and `passed`, `failed` or `pending`; oldest first."""

    def status(self, pull: Pull) -> str:
        """Say how it stands at a merge request's head: as was answered last."""
        said = [status for one, head, status in self.answers if (one, head) == (pull, pull.head)]
        return said[-1] if said else "pending"


@dataclass(eq=False)
class Repo(Branches):
    """A project, over a real bare git repository."""

    id: int
    path: str
    git: Git
    world: World
    private: bool = True
    default_branch: str = "main"
    parent: Repo | None = None
    owner: Account | None = None
    """Whose own it is; None: it lies in a group."""
    roles: dict[str, int] = field(default_factory=dict)
    protected: dict[str, int] = field(default_factory=dict)
    """Branch to the level from which on people may push: 30, 40, or 0 for nobody."""
    pulls: dict[int, Pull] = field(default_factory=dict)
    pipelines: dict[int, Pipeline] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    lfs_enabled: bool = True
    public_jobs: bool = True
    """In a public project: may everybody see what jobs kept?"""
    archived: bool = False
    external_checks: list[ExternalCheck] | None = None
    """None: the plan has none."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def namespace(self) -> str:
        """The group or the person that it lies in."""
        return self.path.rpartition("/")[0]

    def role(self, login: str, role: str) -> Account:
        """Give somebody a role, by GitLab's words or by those that stories of every forge use (see `LEVELS`)."""
        self.roles[login] = LEVELS[role]
        return self.world.account(login)

    def protect(self, branch: str, by: str = "nobody") -> None:
        """Protect a branch: pushed to by `nobody`, `maintainers`, or `developers` and maintainers."""
        self.protected[branch] = {"maintainers": 40, "developers": 30}.get(by, 0)

    def external_check(self, name: str, external_url: str) -> ExternalCheck:
        """Keep a check that somebody outside answers, as Ultimate lets a project."""
        made = ExternalCheck(self.world.next("check"), name, external_url)
        self.external_checks = [*(self.external_checks or []), made]
        return made

    def statuses(self, head: str) -> list[Status]:
        """Give the statuses of a commit, oldest first."""
        return [
            status for pipeline in self.pipelines.values() for status in pipeline.statuses if pipeline.sha == head
        ]

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
        allow_collaboration: bool = False,
    ) -> Pull:
        """Open a merge request whose branch differs from the base by `files`; `fork` names the fork of it."""
        with self.world.lock:
            head_repo = self.world.fork(self, fork) if fork else self
            person = self.world.account(author).person
            now = self.world.now()
            start = self.sha(base)
            head_repo.git.write(branch, files or {}, message=message, author=person, at=now, parent=start)
            pull = Pull(
                id=self.world.next("pull"),
                number=len(self.pulls) + 1,
                title=title,
                author=self.world.account(author),
                repo=self,
                base=base,
                branch=branch,
                head_repo=head_repo,
                created_at=now,
                updated_at=now,
                allow_collaboration=allow_collaboration,
            )
            self.roles.setdefault(author, LEVELS["reporter" if fork else "developer"])
            head_repo.roles.setdefault(author, LEVELS["maintainer"])
            self.pulls[pull.number] = pull
            pull.follow()
        return pull
