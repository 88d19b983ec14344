"""Do one job, whichever it is; or give it up, so that it stops nothing and people read why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.flow import approve, batch, compare, ingest, publish
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.flow.parts import Parts
from storage import approvals, batches, changes, deliveries, runs


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


def release(parts: Parts, job: Job) -> None:
    """Let go of what a job had claimed when it broke, so that it can be tried again."""
    with parts.db.begin() as db:
        match job:
            case Ingest(delivery):
                deliveries.release(db, delivery)
            case Compare(run, claim):
                runs.release(db, run, claim=claim or runs.get(db, run).tries)
            case Measure(_, id_, claim):
                batches.release(db, id_, claim=claim or batches.get(db, id_).tries)
            case Publish(change):
                changes.release(db, change)
            case Approve(change):
                begun = [each.id for each in approvals.of_change(db, change) if each.state == "committing"]
                approvals.release(db, begun)


def renew(parts: Parts, jobs: Iterable[Job], now: datetime) -> None:
    """Say that jobs which take long are still being done."""
    held = list(jobs)
    until = now + parts.lease
    with parts.db.begin() as db:
        runs.renew(db, [each.run for each in held if isinstance(each, Compare)], until=until)
        batches.renew(db, [each.batch for each in held if isinstance(each, Measure)], until=until)


def give_up(parts: Parts, job: Job, why: str, now: datetime) -> list[Job]:
    """Record that a job broke us however often it was tried."""
    match job:
        case Ingest(delivery):
            ingest.give_up(parts, delivery, why)
            return []
        case Compare(run, claim):
            return compare.give_up(parts, run, why, now, claim=claim or None)
        case Measure(run):
            return compare.give_up(parts, run, why, now)
        case Publish(change):
            return publish.give_up(parts, change, why, now)
        case Approve(change):
            return approve.give_up_all(parts, change, why, now)
