"""Remember which heads are looked at by the clock, because the forge does not tell when CI ends on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.inserting import insert
from storage.tables import changes, watches


def since(db: Connection, change_id: int, head: str) -> datetime | None:
    """Tell since when this head of a change is watched; None where it is not."""
    query = select(watches.c.since).where(watches.c.change_id == change_id, watches.c.head == head)
    return db.execute(query).scalar_one_or_none()


def put(db: Connection, change_id: int, head: str, *, since: datetime, next_at: datetime) -> None:
    """Watch a head of a change, in place of an earlier one."""
    told = {"head": head, "since": since, "next_at": next_at}
    db.execute(
        insert(db, watches)
        .values(change_id=change_id, **told)
        .on_conflict_do_update(index_elements=["change_id"], set_=told)
    )


def end(db: Connection, change_id: int) -> None:
    """Watch a change no longer."""
    db.execute(delete(watches).where(watches.c.change_id == change_id))


def due(db: Connection, *, now: datetime, again: datetime, most: int) -> list[int]:
    """Take the open changes that it is time to look at; they are due `again`, should nobody come to it."""
    ready = select(watches.c.change_id).join(changes).where(watches.c.next_at <= now, changes.c.open)
    ids = list(db.execute(ready.order_by(watches.c.next_at).limit(most)).scalars())
    db.execute(update(watches).where(watches.c.change_id.in_(ids)).values(next_at=again))
    return ids
