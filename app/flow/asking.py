"""Ask forges about quiet changes: one whose webhook was lost would stay open, and be kept, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.flow import heads, standing
from app.flow.jobs import Job
from app.flow.parts import Parts
from app.flow.retention import ASK
from diffing.words import NoSuch, Refused, Unavailable
from storage import changes, cleaning, runs

MOST = 20
"""Changes a round: what a forge allows in an hour is for those who work."""
_TIMES = 3
"""So often in a row must a forge know nothing of a change until it counts as gone: rights get lost for a day."""
_REFUSED, _AWAY = timedelta(days=1), timedelta(hours=6)
"""When it is asked again, where it refused, and where it was away."""


def ask(parts: Parts, now: datetime) -> Iterator[list[Job]]:
    """Ask about the changes that were not asked about for a week, and give what follows, change by change.

    Each is put off before it is asked about: whatever breaks on its answer, the others have their turn.

    A forge that is away is asked no more this time."""
    with parts.db.begin() as db:
        cleaning.begin_asking(db, at=now + ASK, most=MOST * 25)
        due = cleaning.to_ask(db, now=now, most=MOST)
    away: set[str] = set()
    for change_id, host in due:
        _again(parts, change_id, now + _AWAY)
        if host in away or host not in parts.forges:
            continue
        try:
            yield _asked(parts, change_id, now)
        except Unavailable:
            away.add(host)


def _asked(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    with parts.reading() as db:
        known = changes.get(db, change_id)
    try:
        change = standing.ask(parts, change_id)
        moved = change.head != known.head or not known.open
        jobs = heads.look(parts, change, now) if change.open and moved else []
    except NoSuch:
        return _unknown(parts, change_id, now)
    except Refused:  # a right that was lost, a setting that was taken out: nothing is known of the change
        _again(parts, change_id, now + _REFUSED)
        return []
    _again(parts, change_id, now + ASK)
    if not change.open:
        _over(parts, change_id, now)
    return jobs


def _unknown(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    """The forge knows nothing of it, or hides it. Closed for that, it is asked about still until it is cleaned."""
    with parts.db.begin() as db:
        times = cleaning.refused(db, change_id)
        if times >= _TIMES:
            changes.close(db, change_id)
    if times >= _TIMES:
        _over(parts, change_id, now)
    _again(parts, change_id, now + (ASK if times >= _TIMES else _REFUSED))
    return []


def _over(parts: Parts, change_id: int, now: datetime) -> None:
    with parts.db.begin() as db:
        runs.supersede(db, change_id, keep_head=None, now=now)


def _again(parts: Parts, change_id: int, at: datetime) -> None:
    with parts.db.begin() as db:
        cleaning.asked(db, change_id, again_at=at)
