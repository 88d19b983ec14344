"""Compare a run: claim it, find out, and conclude it in one transaction."""

from __future__ import annotations

from datetime import datetime

from app.flow import findings, heads, standing
from app.flow.jobs import Job, Publish
from app.flow.parts import Parts
from diffing.words import Refused, Unavailable
from storage import changes, runs


def compare(parts: Parts, run_id: str, now: datetime) -> list[Job]:
    """Compare what a run's pipeline kept with the goldens at the change's head."""
    with parts.db.begin() as db:
        if not runs.claim(db, run_id, now=now, until=now + parts.lease):
            return []
        run = runs.get(db, run_id)
    try:
        change = standing.ask(parts, run.change_id)
        if change.head != run.head or not change.open:
            with parts.db.begin() as db:
                runs.supersede(db, run.change_id, keep_head=change.head if change.open else None, now=now)
            return heads.look(parts, change, now)
        found = findings.find(parts, run, change)
    except Refused as refused:
        return give_up(parts, run_id, str(refused), now)
    except Unavailable:
        with parts.db.begin() as db:
            runs.requeue(db, run_id)
        raise
    with parts.db.begin() as db:
        runs.conclude(
            db,
            run_id,
            kept=found.kept,
            notes=found.notes,
            comparisons=found.comparisons,
            globs=found.globs,
            now=now,
        )
        changes.want(db, run.change_id)
    return [Publish(run.change_id)]


def give_up(parts: Parts, run_id: str, why: str, now: datetime) -> list[Job]:
    """Record that a run cannot be compared, and have the reason said on its check."""
    with parts.db.begin() as db:
        run = runs.get(db, run_id)
        runs.fail(db, run_id, why=why, now=now)
        changes.want(db, run.change_id)
    return [Publish(run.change_id)]
