"""Draw how runs, batches and approvals may move. Storage moves them by compare-and-set along these tables."""

from __future__ import annotations

from collections.abc import Mapping

Moves = Mapping[str, frozenset[str]]
"""From each state to the states that may follow it."""

RUN: Moves = {
    "queued": frozenset({"comparing", "superseded"}),
    "comparing": frozenset({"comparing", "concluded", "failed", "queued", "superseded"}),
    "failed": frozenset({"queued", "superseded"}),
    "concluded": frozenset({"superseded"}),
    "superseded": frozenset(),
}
"""`comparing` may follow itself: a lease lapsed and somebody else took over."""

BATCH: Moves = {
    "queued": frozenset({"running"}),
    "running": frozenset({"running", "queued", "done"}),
    "done": frozenset(),
}
"""Of a large run. They go with its end, whatever that is."""

APPROVAL: Moves = {
    "requested": frozenset({"committing"}),
    "committing": frozenset({"committing", "committed", "stale", "failed", "requested"}),
    "committed": frozenset(),
    "stale": frozenset(),
    "failed": frozenset(),
}


def before(moves: Moves, after: str) -> tuple[str, ...]:
    """Give the states from which `after` may be reached."""
    return tuple(state for state, following in moves.items() if after in following)
