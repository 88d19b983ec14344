"""Look by the clock at heads on which CI ends without our being told: often at first, then ever more rarely."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bots.forge import Change, Pipeline, PipelineState
from storage import watches

EVERY = timedelta(minutes=5)
"""So often at first; and once a quarter of the time has passed that a head is watched already …"""
LONGEST = timedelta(days=7)
"""… which is given up then: many forks have no CI at all."""


def keep(db: Connection, change_id: int, change: Change, pipelines: Sequence[Pipeline], now: datetime) -> None:
    """Watch a change's head while CI may yet end there unheard."""
    since = watches.since(db, change_id, change.head) or now
    if not change.quiet or _is_over(pipelines) or now - since > LONGEST:
        watches.end(db, change_id)
        return
    watches.put(db, change_id, change.head, since=since, next_at=now + max(EVERY, (now - since) / 4))


def end(db: Connection, change_id: int) -> None:
    """Look at a change no longer: it is closed."""
    watches.end(db, change_id)


def due(db: Connection, now: datetime, most: int) -> list[int]:
    """Give the changes that it is time to look at."""
    return watches.due(db, now=now, again=now + EVERY, most=most)


def _is_over(pipelines: Sequence[Pipeline]) -> bool:
    return bool(pipelines) and all(each.state is not PipelineState.RUNNING for each in pipelines)
