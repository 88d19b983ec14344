"""Remember where a report was said, so that saying it again edits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.inserting import insert
from storage.tables import publications


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPublication:
    """What was said of one head of a change."""

    change_id: int
    head: str
    check_id: str | None
    """None where there is no check yet."""
    annotated: str
    """Digest of the annotations on the check; empty where there are none."""
    said_at: datetime | None
    """By the forge's clock; None where nothing was said yet."""


def get(db: Connection, change_id: int, head: str) -> StoredPublication | None:
    """Give what was said of a head; None where nothing was."""
    query = select(publications).where(publications.c.change_id == change_id, publications.c.head == head)
    row = db.execute(query).one_or_none()
    return StoredPublication(**row._asdict()) if row else None


def put(
    db: Connection, change_id: int, head: str, *, check_id: str | None, annotated: str, said_at: datetime | None
) -> None:
    """Keep what was said of a head."""
    where = {"check_id": check_id, "annotated": annotated, "said_at": said_at}
    db.execute(
        insert(db, publications)
        .values(change_id=change_id, head=head, **where)
        .on_conflict_do_update(index_elements=["change_id", "head"], set_=where)
    )
