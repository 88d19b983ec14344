"""Hold what CI leaves: workflow runs with their attempts and artifacts, and checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.forges.github.accounts import Account, App

if TYPE_CHECKING:
    from tests.forges.github.repo import Repo

Json = Any
RETENTION = timedelta(days=90)


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
