"""Name the work that a flow asks for. A flow returns jobs; the edge sends them when the transaction is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Ingest:
    """Read a kept delivery and do what it says."""

    delivery: int
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Compare:
    """Fetch a run's artifacts and compare them with the goldens; of a large run, gather what its batches found."""

    run: str
    claim: int = 0
    """Which try this is, where the run was taken for it already; 0 where it was not."""
    after: float = 0.0
    """Seconds from now."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure a batch of a large run."""

    run: str
    batch: int
    claim: int = 0
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Publish:
    """Say on the forge how a change stands."""

    change: int
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Approve:
    """Commit what was approved on a change, `after` seconds from now: what comes together is one commit."""

    change: int
    after: float = 0.0


Job = Ingest | Compare | Measure | Publish | Approve
Enqueue = Callable[[Iterable[Job]], None]
_NOT_SAID = ("claim", "after")


def kind(job: Job) -> str:
    """Name a job's kind: `compare`."""
    return type(job).__name__.lower()


def ids(job: Job) -> tuple[int | str, ...]:
    """Give what a message about a job holds: ids, and nothing that may change."""
    return tuple(getattr(job, each.name) for each in fields(job) if each.name not in _NOT_SAID)


def key(job: Job) -> str:
    """Tell a job from others of its kind."""
    return "/".join(map(str, ids(job)))
