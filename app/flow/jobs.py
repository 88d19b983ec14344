"""Name the work that a flow asks for. A flow returns jobs; the edge sends them when the transaction is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ingest:
    """Read a kept delivery and do what it says."""

    delivery: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Fetch a run's artifacts and compare them with the goldens."""

    run: str


@dataclass(frozen=True, slots=True)
class Publish:
    """Say on the forge how a change stands."""

    change: int


@dataclass(frozen=True, slots=True)
class Approve:
    """Commit what was approved on a change, `after` seconds from now: what comes together is one commit."""

    change: int
    after: float = 0.0


Job = Ingest | Compare | Publish | Approve
Enqueue = Callable[[Iterable[Job]], None]
