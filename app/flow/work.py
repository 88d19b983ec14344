"""Do one job, whichever it is; or give it up, so that it stops nothing and people read why."""

from __future__ import annotations

from datetime import datetime

from app.flow import approve, compare, ingest, publish
from app.flow.jobs import Approve, Compare, Ingest, Job, Publish
from app.flow.parts import Parts
from storage import approvals, changes, deliveries, runs


def work(parts: Parts, job: Job, now: datetime) -> list[Job]:
    """Do a job and give the jobs that follow. Raises Unavailable when it is to be tried again."""
    match job:
        case Ingest(delivery):
            return ingest.ingest(parts, delivery, now)
        case Compare(run):
            return compare.compare(parts, run, now)
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
            case Compare(run):
                runs.requeue(db, run)
            case Publish(change):
                changes.release(db, change)
            case Approve(change):
                begun = [each.id for each in approvals.of_change(db, change) if each.state == "committing"]
                approvals.release(db, begun)


def give_up(parts: Parts, job: Job, why: str, now: datetime) -> list[Job]:
    """Record that a job broke us however often it was tried."""
    match job:
        case Ingest(delivery):
            ingest.give_up(parts, delivery, why)
            return []
        case Compare(run):
            return compare.give_up(parts, run, why, now)
        case Publish(change):
            return publish.give_up(parts, change)
        case Approve(change):
            return approve.give_up_all(parts, change, why, now)
