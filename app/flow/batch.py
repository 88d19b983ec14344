"""Measure a batch of a large run: claim it, measure, record. Who records the last one has the run gathered."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.flow import compare, measure, packing, patience
from app.flow.jobs import Compare, Job, Measure
from app.flow.parts import Parts
from diffing.words import Refused, Unavailable
from storage import batches, runs

log = structlog.get_logger("flow")


def measure_batch(parts: Parts, job: Measure, now: datetime) -> list[Job]:
    """Measure a batch from kept files alone: no forge is asked, so any machine can."""
    with parts.db.begin() as db:
        claim = job.claim or batches.claim(db, job.batch, now=now, until=now + parts.held)
        if claim is None:
            return []
        waiting = batches.get(db, job.batch)
    if patience.ends_all(waiting.lapses):
        mine = Measure(job.run, job.batch, claim)
        return give_up(parts, mine, patience.last_words_of(waiting.lapses), now)
    try:
        laid, ruling = packing.unpack(waiting.pairs, parts.blobs.get)
        found = measure.measure(parts, laid, ruling)
    except Refused as refused:
        return give_up(parts, Measure(job.run, job.batch, claim), str(refused), now)
    except Unavailable as unavailable:
        return _later(parts, Measure(job.run, job.batch, claim), unavailable, now)
    with parts.db.begin() as db:
        run = batches.finish(db, job.batch, claim=claim, found=found)
    return [Compare(run)] if run else []


def give_up(parts: Parts, job: Measure, why: str, now: datetime) -> list[Job]:
    """Record that a run cannot be compared, because of one of its batches; nothing, where that was lost."""
    with parts.db.begin() as db:
        if not batches.is_held(db, job.batch, claim=job.claim):
            return []
    return compare.give_up(parts, job.run, why, now)


def _later(parts: Parts, job: Measure, unavailable: Unavailable, now: datetime) -> list[Job]:
    with parts.reading() as db:
        since = runs.get(db, job.run).created_at
    if patience.is_over(since, now):
        return give_up(parts, job, patience.last_words(unavailable), now)
    after = patience.pause(unavailable, str(job.batch), job.claim)
    log.warning("later", why=str(unavailable), after=after, batch=job.batch)
    with parts.db.begin() as db:
        batches.release(db, job.batch, claim=job.claim, until=now + timedelta(seconds=after))
    return [Measure(job.run, job.batch, after=after)]
