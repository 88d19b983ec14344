"""Say what lies in a queue, in the same words for every broker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many messages a queue holds. They are copies: what is to be done stands in the database."""

    waiting: int
    taken: int | None
    """Taken by a worker and not yet done; None where the broker does not say."""
    delayed: int
    dead: int
    """Given up by the broker itself."""
