"""Hold what CI leaves: pipelines with their jobs and artifacts, and the statuses that others post."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.forges.gitlab.accounts import Account

if TYPE_CHECKING:
    from tests.forges.gitlab.repo import Pull, Repo

RETENTION = timedelta(days=30)
"""How long artifacts are kept unless somebody keeps them (doc/user/gitlab_com/_index.md)."""
FINISHED = frozenset({"success", "failed", "canceled", "skipped"})


@dataclass(eq=False)
class Artifact:
    """The one archive that a job kept. `until`: None where somebody keeps it for good."""

    filename: str
    content: bytes
    until: datetime | None
    expired: bool = False


@dataclass(eq=False)
class Job:
    """One job of a pipeline. A retry is another job of the same name; the old one is then `retried`."""

    id: int
    name: str
    pipeline: Pipeline
    status: str
    user: Account
    created_at: datetime
    stage: str = "test"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    artifact: Artifact | None = None
    retried: bool = False
    allow_failure: bool = False


@dataclass(eq=False)
class Bridge(Job):
    """A job that starts a pipeline elsewhere: a child's, or another project's."""

    downstream: Pipeline | None = None


@dataclass(eq=False)
class Status:
    """What somebody outside says of a commit. It lies in a pipeline as a job would."""

    id: int
    name: str
    pipeline: Pipeline
    status: str
    user: Account
    created_at: datetime
    description: str | None = None
    target_url: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    coverage: float | None = None


@dataclass(eq=False)
class Pipeline:
    """A pipeline: of a branch, of a merge request, a child of another, or made for statuses (`external`)."""

    id: int
    iid: int
    repo: Repo
    source: str
    branch: str
    head: str
    user: Account
    created_at: datetime
    updated_at: datetime
    status: str = "running"
    name: str | None = None
    pull: Pull | None = None
    """The merge request that it was made for; None for the pipeline of a branch."""
    finished_at: datetime | None = None
    jobs: list[Job] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    parent: Bridge | None = None
    merged: str | None = None
    """The commit of head and target joined, for a pipeline of merged results; None: it ran on the head itself."""

    @property
    def sha(self) -> str:
        """The commit that it ran on."""
        return self.merged or self.head

    @property
    def ref(self) -> str:
        """What it ran for."""
        if self.pull is None or self.repo is not self.pull.repo:  # a fork has no such ref
            return self.branch
        return f"refs/merge-requests/{self.pull.number}/{'merge' if self.merged else 'head'}"

    @property
    def latest(self) -> list[Job]:
        """The jobs that were not retried, bridges apart."""
        return [job for job in self.jobs if not job.retried and not isinstance(job, Bridge)]

    def settle(self, now: datetime) -> bool:
        """Let it be as its jobs and statuses are (lib/gitlab/ci/status/composite.rb); true where that is news."""
        before = self.status
        latest = {status.name: status.status for status in self.statuses}
        jobs = (job for job in (*self.latest, *self.bridges) if job.status != "manual")
        self.status = _composite({job.status for job in jobs} | set(latest.values()))
        self.updated_at = now
        self.finished_at = now if self.status in FINISHED else None
        return self.status != before

    @property
    def bridges(self) -> list[Bridge]:
        """The jobs that start other pipelines."""
        return [job for job in self.jobs if isinstance(job, Bridge)]


def _composite(states: set[str]) -> str:
    """Say how many are together: what still runs keeps all running, then the worst counts."""
    unfinished = states - FINISHED
    if unfinished == {"pending"} and states <= {"pending", "skipped"}:
        return "pending"
    if unfinished:
        return "running"
    if states <= {"skipped"}:
        return "skipped"
    return next(state for state in ("failed", "canceled", "success") if state in states)
