"""Have one process do for all what is to be done now and then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.inserting import insert
from storage.moving import free
from storage.tables import duties


def claim(db: Connection, name: str, *, first: datetime, now: datetime, until: datetime) -> bool:
    """Take a duty that is due; False where it is not yet, or somebody is at it. A new one waits until `first`."""
    new = insert(db, duties).values(name=name, next_at=first)
    db.execute(new.on_conflict_do_nothing(index_elements=["name"]))
    mine = update(duties).where(duties.c.name == name, duties.c.next_at <= now, free(duties, now))
    return db.execute(mine.values(lease_until=until)).rowcount == 1


def finish(db: Connection, name: str, *, next_at: datetime) -> None:
    """Give a duty back, to be done again at that moment."""
    db.execute(update(duties).where(duties.c.name == name).values(lease_until=None, next_at=next_at))


def mark(db: Connection, name: str) -> str:
    """Give how far a duty came; empty where it begins anew."""
    found: str | None = db.execute(select(duties.c.mark).where(duties.c.name == name)).scalar_one_or_none()
    return found or ""


def set_mark(db: Connection, name: str, place: str) -> None:
    """Record how far a duty came."""
    db.execute(update(duties).where(duties.c.name == name).values(mark=place))
