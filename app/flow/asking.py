"""Ask forges about quiet changes: one whose webhook was lost would stay open, and be kept, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.flow import heads, standing
from app.flow.jobs import Job
from app.flow.parts import Parts
from app.flow.retention import ASK
from diffing.words import Refused, Unavailable
from storage import changes, cleaning, runs

MOST = 20
"""Changes a round: what a forge allows in an hour is for those who work."""
_TIMES = 3
"""So often in a row must a forge know nothing of a change until it counts as gone: rights get lost for a day."""
_REFUSED, _AWAY = timedelta(days=1), timedelta(hours=6)
"""When it is asked again, where it refused, and where it was away."""


def ask(parts: Parts, now: datetime) -> Iterator[list[Job]]:
    """Ask about the open changes that were not asked about for a week, and give what follows, change by change.

    A forge that is away is asked no more this time."""
    with parts.db.begin() as db:
        cleaning.begin_asking(db, at=now + ASK, most=MOST * 25)
        due = cleaning.to_ask(db, now=now, most=MOST)
    away: set[str] = set()
    for change_id, host in due:
        if host in away or host not in parts.forges:
            _again(parts, change_id, now + _AWAY)
            continue
        try:
            yield _asked(parts, change_id, now)
        except Unavailable:
            away.add(host)
            _again(parts, change_id, now + _AWAY)


def _asked(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    with parts.reading() as db:
        known = changes.get(db, change_id)
    try:
        change = standing.ask(parts, change_id)
        jobs = heads.look(parts, change, now) if change.open and change.head != known.head else []
    except Refused:
        return _refused(parts, change_id, now)
    _again(parts, change_id, now + ASK)
    if not change.open:
        _over(parts, change_id, now)
    return jobs


def _refused(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    """The forge knows nothing of it, or does not say."""
    with parts.db.begin() as db:
        times = cleaning.refused(db, change_id)
        if times >= _TIMES:
            changes.close(db, change_id)
    if times >= _TIMES:
        _over(parts, change_id, now)
    _again(parts, change_id, now + _REFUSED)
    return []


def _over(parts: Parts, change_id: int, now: datetime) -> None:
    with parts.db.begin() as db:
        runs.supersede(db, change_id, keep_head=None, now=now)


def _again(parts: Parts, change_id: int, at: datetime) -> None:
    with parts.db.begin() as db:
        cleaning.asked(db, change_id, again_at=at)
