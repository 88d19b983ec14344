"""Say what lies in a queue, in the same words for every broker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Protocol, runtime_checkable

from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import dq_name

from diffing.words import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many messages a queue holds. They are copies: what is to be done stands in the database."""

    waiting: int
    taken: int | None
    """Taken by a worker and not yet done; None where the broker does not say."""
    delayed: int
    dead: int
    """Given up by the broker itself."""


@runtime_checkable
class Deep(Protocol):
    """A broker that tells what lies in its queues."""

    def depths(self, queue: str) -> Depth:
        """Tell; Unavailable where it is away."""
        ...


def of(broker: Broker, queue: str) -> Depth:
    """Tell what lies in a queue; Unavailable where the broker is away."""
    if isinstance(broker, StubBroker):
        waiting, delayed = broker.queues[queue].qsize(), broker.queues[dq_name(queue)].qsize()
        dead = len(broker.dead_letters_by_queue[queue])
        return Depth(waiting=waiting, taken=None, delayed=delayed, dead=dead)
    if isinstance(broker, Deep):
        return broker.depths(queue)
    raise Unavailable("This queue does not say what lies in it.")


def waiting(broker: Broker, queue: str) -> int:
    """Count the messages that wait in a queue; none, as far as anybody knows, where the broker is away."""
    try:
        return of(broker, queue).waiting
    except Unavailable:
        return 0


def all_of(broker: Broker) -> dict[str, dict[str, int | None]]:
    """Tell by the name of each queue what lies in it; nothing where the broker is away."""
    try:
        found = {name: of(broker, name) for name in sorted(broker.get_declared_queues())}
    except Unavailable:
        return {}
    return {name: asdict(depth) for name, depth in found.items()}
