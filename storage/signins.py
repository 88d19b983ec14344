"""Keep who came in, by which door. Rows are added and never touched again: they are the audit trail."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.tables import signins


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSignIn:
    """Somebody came in."""

    id: int
    host: str
    """On whose host they are known from then on."""
    who: str
    via: str
    """The door's name in the address, or `token`."""
    at: datetime


def add(db: Connection, *, host: str, who: str, via: str, now: datetime) -> None:
    """Keep that somebody came in."""
    db.execute(insert(signins).values(host=host, who=who, via=via, at=now))


def newest(db: Connection, *, most: int) -> list[StoredSignIn]:
    """Give who came in last, newest first."""
    columns = [signins.c[each.name] for each in fields(StoredSignIn)]
    query = select(*columns).order_by(signins.c.id.desc()).limit(most)
    return [StoredSignIn(**row._asdict()) for row in db.execute(query)]
