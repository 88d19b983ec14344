"""Ask again for whatever was begun and not ended. The database is the truth; the queue may be lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.flow import watch
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.flow.parts import Parts
from storage import approvals, batches, changes, deliveries, runs

_MOST = 500
_GRACE = timedelta(seconds=30)
"""Younger deliveries are most likely in the queue still."""
_ASK_CI = timedelta(minutes=5)


def sweep(parts: Parts, now: datetime) -> list[Job]:
    """Give the jobs that nobody is doing: unread deliveries, lapsed runs, owed reports, waiting approvals."""
    with parts.db.begin() as db:
        return [
            *(Ingest(id_) for id_ in deliveries.unhandled(db, now=now, before=now - _GRACE, most=_MOST)),
            *(Compare(id_) for id_ in runs.lapsed(db, now=now, most=_MOST)),
            *(Measure(run, id_) for run, id_ in batches.waiting(db, now=now, most=_MOST)),
            *(Publish(id_) for id_ in _owed(db, now)),
            *(Approve(id_) for id_ in approvals.waiting(db, now=now, most=_MOST)),
        ]


def _owed(db: Connection, now: datetime) -> list[int]:
    for id_ in changes.pending(db, said_before=now - _ASK_CI, most=_MOST):
        changes.want(db, id_)  # CI may have ended without our hearing of it
    for id_ in watch.due(db, now, _MOST):
        changes.want(db, id_)
    return changes.owed(db, now=now, most=_MOST)
