"""Keep webhook calls until they are read, each once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, and_, case, or_, select, update

from diffing.states import Moves
from storage.inserting import insert
from storage.moving import free, held, lapses, move, moved
from storage.rows import only
from storage.tables import deliveries

DELIVERY: Moves = {
    "received": frozenset({"running"}),
    "running": frozenset({"running", "done", "failed", "received"}),
    "failed": frozenset({"received"}),
    "done": frozenset(),
}
"""`running` may follow itself: a lease lapsed and somebody else took over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """One webhook call, verified and kept."""

    id: int
    host: str
    delivery_id: str
    event: str
    body: bytes
    state: str
    why: str
    tries: int
    lease_until: datetime | None
    received_at: datetime
    lapses: int
    """So often its reader ended without a word."""


def keep(db: Connection, *, host: str, delivery_id: str, event: str, body: bytes, now: datetime) -> int | None:
    """Keep a delivery and give its row's id; None for a copy of one that is done.

    A copy of one that is not has it read again, unless somebody is reading it at this moment."""
    being_read = and_(deliveries.c.state == "running", deliveries.c.lease_until > now)
    lapsed = and_(deliveries.c.state == "running", deliveries.c.lease_until <= now)
    afresh = deliveries.c.state == "failed"
    counted = deliveries.c.lapses
    kept: int | None = db.execute(
        insert(db, deliveries)
        .values(host=host, delivery_id=delivery_id, event=event, body=body, state="received", received_at=now)
        .on_conflict_do_update(
            index_elements=["host", "delivery_id"],
            set_={
                "state": case((being_read, deliveries.c.state), else_="received"),
                "lease_until": case((being_read, deliveries.c.lease_until), else_=None),
                "lapses": case((lapsed, counted + 1), (afresh, 0), else_=counted),
            },
            where=deliveries.c.state != "done",
        )
        .returning(deliveries.c.id)
    ).scalar_one_or_none()
    return kept


def get(db: Connection, id_: int) -> StoredDelivery:
    """Give a delivery."""
    row = only(db, select(deliveries).where(deliveries.c.id == id_), "delivery")
    return StoredDelivery(**{each.name: getattr(row, each.name) for each in fields(StoredDelivery)})


def known(db: Connection, host: str, delivery_ids: Collection[str]) -> set[str]:
    """Give those of a host's deliveries that were kept."""
    query = select(deliveries.c.delivery_id).where(
        deliveries.c.host == host, deliveries.c.delivery_id.in_(list(delivery_ids))
    )
    return set(db.execute(query).scalars())


def claim(db: Connection, id_: int, *, now: datetime, until: datetime) -> bool:
    """Take a delivery that is received, or whose reader's lease lapsed; False where somebody else has it."""
    counted = {"tries": deliveries.c.tries + 1, "lapses": lapses(deliveries, "running")}
    taken = move(deliveries, DELIVERY, "running", lease_until=until, why="", **counted)
    return moved(db, taken.where(deliveries.c.id == id_, free(deliveries, now)))


def finish(db: Connection, id_: int, *, why: str) -> None:
    """Record that a delivery was read, and what came of it."""
    db.execute(move(deliveries, DELIVERY, "done", why=why).where(deliveries.c.id == id_))


def fail(db: Connection, id_: int, *, why: str, lease: datetime | None = None) -> None:
    """Record that a delivery cannot be handled, and why; nothing, where it is another's than whose `lease` is
    named."""
    failed = move(deliveries, DELIVERY, "failed", why=why)
    db.execute(failed.where(deliveries.c.id == id_, held(deliveries, lease)))


def release(
    db: Connection, id_: int, *, until: datetime | None = None, why: str = "", lease: datetime | None = None
) -> None:
    """Give a delivery back, to be read again, not before `until`; nothing, where it is another's than whose
    `lease` is named."""
    back = move(deliveries, DELIVERY, "received", lease_until=until, why=why)
    db.execute(back.where(deliveries.c.id == id_, deliveries.c.state == "running", held(deliveries, lease)))


def retry(db: Connection, id_: int) -> bool:
    """Have a delivery read at once that was given up or put off, as if for the first time; False for others."""
    again = move(deliveries, DELIVERY, "received", tries=0, lapses=0, why="").where(deliveries.c.id == id_)
    due = update(deliveries).where(deliveries.c.id == id_, deliveries.c.state == "received")
    given_up = moved(db, again.where(deliveries.c.state == "failed"))
    return given_up or moved(db, due.values(lease_until=None, tries=0, lapses=0, why=""))


def unhandled(db: Connection, *, now: datetime, before: datetime, most: int) -> list[int]:
    """Give the deliveries that nobody reads: received before `before`, or left by a reader whose lease lapsed."""
    left = or_(
        and_(deliveries.c.state == "received", deliveries.c.received_at < before, free(deliveries, now)),
        and_(deliveries.c.state == "running", deliveries.c.lease_until <= now),
    )
    found = select(deliveries.c.id).where(left).order_by(deliveries.c.id).limit(most)
    return list(db.execute(found).scalars())
