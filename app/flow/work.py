"""Do one job, whichever it is; or give it up, so that it stops nothing and people read why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.flow import approve, batch, compare, ingest, publish
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.flow.parts import Parts
from storage import approvals, batches, changes, deliveries, runs, turns


def work(parts: Parts, job: Job, now: datetime) -> list[Job]:
    """Do a job and give the jobs that follow. Raises Unavailable when it is to be tried again."""
    match job:
        case Ingest(delivery):
            return ingest.ingest(parts, delivery, now)
        case Compare():
            return compare.compare(parts, job, now)
        case Measure():
            return batch.measure_batch(parts, job, now)
        case Publish(change):
            return publish.publish(parts, change, now)
        case Approve(change):
            return approve.approve(parts, change, now)


def turn(parts: Parts, job: Job, now: datetime) -> Job | None:
    """Give the job to be done where a message asks for one; None where there is none.

    Of comparing, a message says only that there is some to do: which piece is due the database decides, and that
    one is claimed. So no lane holds up another, however many messages it has in the queue."""
    if not isinstance(job, Compare | Measure):
        return job
    with parts.db.begin() as db:
        due = turns.take(db, now=now, until=now + parts.held)
    if due is None:
        return None
    if due.batch_id is None:
        return Compare(due.run_id, due.claim)
    return Measure(due.run_id, due.batch_id, due.claim)


def release(parts: Parts, job: Job, now: datetime) -> None:
    """Let go of what a job that began at `now` had claimed when it broke, so that it can be tried again.

    What it claimed is told by when its lease was to end; what another holds meanwhile stays with that one."""
    lease = now + parts.lease
    with parts.db.begin() as db:
        match job:
            case Ingest(delivery):
                deliveries.release(db, delivery, lease=lease)
            case Compare(run, claim):
                runs.release(db, run, claim=claim)
            case Measure(_, id_, claim):
                batches.release(db, id_, claim=claim)
            case Publish(change):
                changes.release(db, change, lease=lease)
            case Approve(change):
                mine = approvals.held(db, change, lease=lease)
                approvals.release(db, [each.id for each in mine], lease=lease)


def broke(parts: Parts, job: Job) -> int | None:
    """Count that a job broke us, and give how often it did; None where its messages count that."""
    with parts.db.begin() as db:
        match job:
            case Compare(run, claim):
                return runs.broke(db, run, claim=claim)
            case Measure(_, id_, claim):
                return batches.broke(db, id_, claim=claim)
    return None


def renew(parts: Parts, jobs: Iterable[Job], now: datetime) -> None:
    """Say that jobs which take long are still being done."""
    until = now + parts.held
    with parts.db.begin() as db:
        for job in jobs:
            match job:
                case Compare(run, claim):
                    runs.renew(db, run, claim=claim, until=until)
                case Measure(_, id_, claim):
                    batches.renew(db, id_, claim=claim, until=until)


def give_up(parts: Parts, job: Job, why: str, now: datetime) -> list[Job]:
    """Record that a job which began at `now` broke us however often it was tried; nothing of what others hold."""
    match job:
        case Ingest(delivery):
            ingest.give_up(parts, delivery, why, lease=now + parts.lease)
            return []
        case Compare(run, claim):
            return compare.give_up(parts, run, why, now, claim=claim)
        case Measure():
            return batch.give_up(parts, job, why, now)
        case Publish(change):
            return publish.give_up(parts, change, why, now)
        case Approve(change):
            return approve.give_up_all(parts, change, why, now)
