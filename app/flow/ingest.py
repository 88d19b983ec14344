"""Keep deliveries, and turn each into the work it asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from app.flow import heads, orders, patience, standing
from app.flow.jobs import Ingest, Job
from app.flow.parts import Parts
from bots.events import (
    AccessChanged,
    BranchGone,
    Commanded,
    Delivery,
    Event,
    HeadMoved,
    Ignored,
    PipelineFinished,
    Pressed,
    RerunAsked,
    Ticked,
)
from diffing.words import Refused, Unavailable
from storage import deliveries
from storage.deliveries import StoredDelivery

log = structlog.get_logger("flow")

Outcome = tuple[list[Job], str]
"""The jobs that follow, and a sentence for the log and the delivery's row."""


def keep(db: Engine, delivery: Delivery, now: datetime) -> list[Job]:
    """Keep a verified delivery in one insert; nothing follows from the copy of a finished one."""
    with db.begin() as connection:
        id_ = deliveries.keep(
            connection,
            host=delivery.host,
            delivery_id=delivery.id,
            event=delivery.event,
            body=delivery.body,
            now=now,
        )
    return [Ingest(id_)] if id_ is not None else []


def ingest(parts: Parts, delivery_id: int, now: datetime) -> list[Job]:
    """Read a kept delivery and do what it says; its row remembers how that went."""
    with parts.db.begin() as db:
        if not deliveries.claim(db, delivery_id, now=now, until=now + parts.lease):
            return []
        kept = deliveries.get(db, delivery_id)
    if patience.ends_all(kept.lapses):
        give_up(parts, delivery_id, patience.last_words_of(kept.lapses), lease=kept.lease_until)
        return []
    delivery = Delivery(host=kept.host, id=kept.delivery_id, event=kept.event, body=kept.body)
    try:
        jobs, why = _handle(parts, parts.webhooks[kept.host].read(delivery), now)
    except Unavailable as unavailable:
        return _later(parts, kept, unavailable, now)
    except Refused as refused:
        with parts.db.begin() as db:
            deliveries.fail(db, delivery_id, why=str(refused), lease=kept.lease_until)
        return []
    with parts.db.begin() as db:
        deliveries.finish(db, delivery_id, why=why)
    return jobs


def give_up(parts: Parts, delivery_id: int, why: str, *, lease: datetime | None) -> None:
    """Record that a delivery broke whoever held it, so that it stops nothing and can be delivered again."""
    with parts.db.begin() as db:
        deliveries.fail(db, delivery_id, why=why, lease=lease)


def _later(parts: Parts, kept: StoredDelivery, unavailable: Unavailable, now: datetime) -> list[Job]:
    """Put a delivery off, as long as that makes sense."""
    if patience.is_over(kept.received_at, now):
        give_up(parts, kept.id, patience.last_words(unavailable), lease=kept.lease_until)
        return []
    after = patience.pause(unavailable, f"delivery {kept.id}", kept.tries)
    log.warning("later", why=str(unavailable), after=after, delivery=kept.id)
    with parts.db.begin() as db:
        until = now + timedelta(seconds=after)
        deliveries.release(db, kept.id, until=until, why=str(unavailable), lease=kept.lease_until)
    return [Ingest(kept.id, after=after)]


def _handle(parts: Parts, event: Event, now: datetime) -> Outcome:
    match event:
        case PipelineFinished():
            return heads.finished(parts, event, now)
        case HeadMoved():
            return heads.moved(parts, event, now)
        case BranchGone():
            return heads.gone(parts, event, now)
        case RerunAsked():
            return heads.rerun_asked(parts, event, now)
        case Commanded():
            return orders.commanded(parts, event, now)
        case Ticked():
            return orders.ticked(parts, event, now)
        case Pressed():
            return orders.pressed(parts, event, now)
        case AccessChanged():
            return standing.access_changed(parts, event)
        case Ignored(why):
            return [], f"ignored: {why}"
