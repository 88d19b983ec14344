"""Name the kinds of messages: by which queue they go, how urgent they are, how long one may take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from diffing.words import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How jobs of a kind are carried. A message holds their ids and nothing else."""

    make: Callable[..., Job]
    queue: str
    priority: int
    """The lower the sooner, among those that wait for the same threads."""
    limit: timedelta
    """Whoever takes longer hangs: it is interrupted, and somebody else may take over."""


KINDS: Mapping[str, Kind] = {
    "approve": Kind(make=Approve, queue="approve", priority=0, limit=timedelta(minutes=8)),
    "publish": Kind(make=Publish, queue="publish", priority=10, limit=timedelta(minutes=8)),
    "ingest": Kind(make=Ingest, queue="ingest", priority=20, limit=timedelta(minutes=8)),
    "compare": Kind(make=Compare, queue="compare", priority=30, limit=timedelta(hours=3)),
    "measure": Kind(make=Measure, queue="compare", priority=30, limit=timedelta(hours=3)),
}
"""By the name that `app.flow.jobs.kind` gives. Eight minutes: less than a lease, so that who is interrupted is not
yet replaced; forges are asked with time-outs of seconds. Fetching and comparing a large run may take hours."""
QUEUES = tuple(dict.fromkeys(kind.queue for kind in KINDS.values()))
HEAVY = frozenset({"compare"})
"""Queues of long work, which has threads of its own: whatever is short never waits for one of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Threads that work off some queues and no others."""

    name: str
    queues: frozenset[str]
    threads: int
    prefetch: int
    """Messages of one queue that may be in hand at a time, those under way included."""


def places(queues: Collection[str], threads: int) -> list[Place]:
    """Share threads between short and long work: half each, and at least one; all, where there is only one sort.

    Of long work no more is taken than is begun at once: another machine may be idle."""
    if not threads:
        return []
    light, heavy = frozenset(queues) - HEAVY, frozenset(queues) & HEAVY
    for_heavy = threads // 2 if light else threads
    for_light = threads - for_heavy if heavy else threads
    if light and heavy and not for_heavy:
        raise Refused("One thread cannot do long and short work: give it two, or fewer queues.")
    shared = [
        Place("light", light, for_light, 2 * for_light),
        Place("heavy", heavy, for_heavy, for_heavy),
    ]
    return [each for each in shared if each.queues]


def chosen(names: str) -> frozenset[str]:
    """Read the names of queues with commas between them; all, where there are none."""
    wanted = frozenset(filter(None, (each.strip() for each in names.split(","))))
    if unknown := wanted - set(QUEUES):
        raise Refused(f"{min(unknown)} is no queue. There are {', '.join(QUEUES)}.")
    return wanted or frozenset(QUEUES)
