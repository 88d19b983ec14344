"""Compare a run: claim it, find out, and conclude it in one transaction; of a large one, have batches measured."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.flow import findings, gathering, heads, packing, patience, standing
from app.flow.findings import Findings
from app.flow.jobs import Compare, Job, Measure, Publish
from app.flow.parts import Parts
from diffing.words import Refused, Unavailable
from storage import batches, changes, runs
from storage.runs import StoredRun

log = structlog.get_logger("flow")


def compare(parts: Parts, job: Compare, now: datetime) -> list[Job]:
    """Compare what a run's pipeline kept with the goldens at the change's head; or gather what batches found."""
    with parts.db.begin() as db:
        claim = job.claim or runs.claim(db, job.run, now=now, until=now + parts.held)
        if claim is None:
            return []
        run = runs.get(db, job.run)
        measured = batches.of_run(db, job.run)
    if patience.ends_all(run.lapses):
        return give_up(parts, run.id, patience.last_words_of(run.lapses), now, claim=claim)
    if measured:
        return gathering.gather(parts, run, measured, claim=claim, now=now)
    try:
        return _compare(parts, run, claim, now)
    except Refused as refused:
        return give_up(parts, run.id, str(refused), now, claim=claim)
    except Unavailable as unavailable:
        return _later(parts, run, claim, unavailable, now)


def give_up(parts: Parts, run_id: str, why: str, now: datetime, *, claim: int | None = None) -> list[Job]:
    """Record that a run cannot be compared, and have the reason said on its check. Nothing, where it was lost."""
    with parts.db.begin() as db:
        run = runs.get(db, run_id)
        if not runs.fail(db, run_id, why=why, now=now, claim=claim):
            return []
        changes.want(db, run.change_id)
    return [Publish(run.change_id)]


def _compare(parts: Parts, run: StoredRun, claim: int, now: datetime) -> list[Job]:
    change = standing.ask(parts, run.change_id)
    if change.head != run.head or not change.open:
        with parts.db.begin() as db:
            runs.supersede(db, run.change_id, keep_head=change.head if change.open else None, now=now)
        return heads.look(parts, change, now)
    found = findings.find(parts, run, change)
    if found.laid:
        return _lay_out(parts, run, claim, found)
    with parts.db.begin() as db:
        concluded = runs.conclude(
            db,
            run.id,
            kept=found.kept,
            notes=found.notes,
            comparisons=found.comparisons,
            globs=found.globs,
            now=now,
            claim=claim,
        )
        if not concluded:  # it was superseded, or whoever took over was faster
            return []
        changes.want(db, run.change_id)
    return [Publish(run.change_id)]


def _lay_out(parts: Parts, run: StoredRun, claim: int, found: Findings) -> list[Job]:
    with parts.db.begin() as db:
        waiting = runs.lay_out(
            db,
            run.id,
            claim=claim,
            notes=found.notes,
            globs=found.globs,
            done=sum(each.settled for each in found.laid),
            total=len(found.laid),
            made=packing.pack(found.laid, found.rules),
        )
    return [Measure(run.id, id_) for id_ in waiting or ()]


def _later(parts: Parts, run: StoredRun, claim: int, unavailable: Unavailable, now: datetime) -> list[Job]:
    """Put a run off. It waits in the database, so that whoever looks for work meanwhile takes something else."""
    if patience.is_over(run.created_at, now):
        return give_up(parts, run.id, patience.last_words(unavailable), now, claim=claim)
    after = patience.pause(unavailable, run.id, claim)
    log.warning("later", why=str(unavailable), after=after, run=run.id)
    with parts.db.begin() as db:
        runs.requeue(db, run.id, claim=claim, until=now + timedelta(seconds=after), why=str(unavailable))
    return [Compare(run.id, after=after)]
