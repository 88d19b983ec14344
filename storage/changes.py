"""Remember changes, and whether a report on them is owed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, exists, func, or_, select, update

from storage.inserting import insert
from storage.moving import free, held
from storage.rows import only
from storage.tables import changes, publications

_NOT_OVER = {"over_since": None, "cleaned_at": None, "refusals": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """A change as the forge last described it, and what is owed and said of it."""

    id: int
    repo_id: int
    number: str
    title: str
    author: str
    url: str
    branch: str
    head: str
    head_repo: str
    head_path: str
    base_branch: str
    base: str
    open: bool
    comment_id: str | None
    """The bot's own comment; None where there is none yet."""
    wanted: int
    said: int
    """A report is owed where it is less than `wanted`."""
    notice: str
    """A sentence for the next report; empty where there is none."""
    pending: bool
    """Was CI still running when the last report was made?"""
    lease_until: datetime | None
    """Until when somebody says the report; None where nobody does."""
    tries: int
    """So often in a row it could not be said."""
    late_since: datetime | None
    """Since when it cannot be said; None where it can."""
    why: str
    """Why it could not be said the last time, or was given up; empty where it can."""


def upsert(
    db: Connection,
    repo_id: int,
    *,
    number: str,
    title: str,
    author: str,
    url: str,
    branch: str,
    head: str,
    head_repo: str,
    head_path: str,
    base_branch: str,
    base: str,
    open: bool,  # noqa: A002  the word of the port's Change
) -> int:
    """Keep what the forge says of a change, and give its row's id."""
    said = {
        "title": title,
        "author": author,
        "url": url,
        "branch": branch,
        "head": head,
        "head_repo": head_repo,
        "head_path": head_path,
        "base_branch": base_branch,
        "base": base,
        "open": open,
        **(_NOT_OVER if open else {}),
    }
    kept: int = db.execute(
        insert(db, changes)
        .values(repo_id=repo_id, number=number, **said)
        .on_conflict_do_update(index_elements=["repo_id", "number"], set_=said)
        .returning(changes.c.id)
    ).scalar_one()
    return kept


def get(db: Connection, change_id: int) -> StoredChange:
    """Give a change."""
    return _stored(only(db, select(changes).where(changes.c.id == change_id), "change"))


def find(db: Connection, repo_id: int, number: str) -> StoredChange | None:
    """Give a repository's change by its number; None where Golddigger has not met it."""
    query = select(changes).where(changes.c.repo_id == repo_id, changes.c.number == number)
    row = db.execute(query).one_or_none()
    return _stored(row) if row else None


def at_head(db: Connection, repo_id: int, head: str) -> list[StoredChange]:
    """Give the changes whose head is this commit, oldest first."""
    query = select(changes).where(changes.c.repo_id == repo_id, changes.c.head == head).order_by(changes.c.id)
    return [_stored(row) for row in db.execute(query)]


def close(db: Connection, change_id: int) -> None:
    """Record that a change is closed or merged."""
    db.execute(update(changes).where(changes.c.id == change_id).values(open=False))


def set_comment(db: Connection, change_id: int, comment_id: str | None) -> None:
    """Record which comment is the bot's own."""
    db.execute(update(changes).where(changes.c.id == change_id).values(comment_id=comment_id))


def want(db: Connection, change_id: int, notice: str = "") -> None:
    """Ask for a report, to be tried at once. A sentence given along replaces the one that stands."""
    wanted = update(changes).where(changes.c.id == change_id).values(wanted=changes.c.wanted + 1, due_at=None)
    db.execute(wanted.values(notice=notice) if notice else wanted)


def claim(db: Connection, change_id: int, *, now: datetime, until: datetime) -> int | None:
    """Take on the report that is owed, and give the wish that it will satisfy; None where none is owed, or
    somebody else says it."""
    taken: int | None = db.execute(
        update(changes)
        .where(changes.c.id == change_id, changes.c.said < changes.c.wanted, free(changes, now), _due(now))
        .values(lease_until=until)
        .returning(changes.c.wanted)
    ).scalar_one_or_none()
    return taken


def said(db: Connection, change_id: int, wanted: int) -> None:
    """Record that a wish was satisfied. The notice was said too, unless somebody wished for more since."""
    _answered(db, change_id, wanted, tries=0, late_since=None, due_at=None, why="")


def give_up(db: Connection, change_id: int, wanted: int, *, why: str, now: datetime) -> None:
    """Record that a wish cannot be satisfied, and why; the next one is tried as if it were the first."""
    late = func.coalesce(changes.c.late_since, now)
    _answered(db, change_id, wanted, tries=0, late_since=late, due_at=None, why=why)


def _answered(db: Connection, change_id: int, wanted: int, **values: Any) -> None:
    db.execute(
        update(changes)
        .where(changes.c.id == change_id)
        .values(
            said=case((changes.c.said < wanted, wanted), else_=changes.c.said),
            notice=case((changes.c.wanted <= wanted, ""), else_=changes.c.notice),
            lease_until=None,
            **values,
        )
    )


def put_off(db: Connection, change_id: int, *, until: datetime, why: str, now: datetime) -> None:
    """Give an owed report back that cannot be said now. It is not tried before `until`, or a new wish."""
    late = update(changes).where(changes.c.id == change_id)
    db.execute(
        late.values(
            lease_until=None,
            due_at=until,
            tries=changes.c.tries + 1,
            late_since=func.coalesce(changes.c.late_since, now),
            why=why,
        )
    )


def release(db: Connection, change_id: int, *, lease: datetime | None = None) -> None:
    """Give an owed report back, unsaid; nothing, where it is another's than whose `lease` is named."""
    mine = update(changes).where(changes.c.id == change_id, held(changes, lease))
    db.execute(mine.values(lease_until=None))


def owed(db: Connection, *, now: datetime, most: int) -> list[int]:
    """Give the changes on which a report is owed that nobody says, as far as it is time to."""
    owing = select(changes.c.id).where(changes.c.said < changes.c.wanted, free(changes, now), _due(now))
    return list(db.execute(owing.order_by(changes.c.id).limit(most)).scalars())


def set_pending(db: Connection, change_id: int, pending: bool) -> None:
    """Record whether CI was still running when the last report was made."""
    db.execute(update(changes).where(changes.c.id == change_id).values(pending=pending))


def pending(db: Connection, *, said_before: datetime, most: int) -> list[int]:
    """Give the open changes whose last report was not final, and of which nothing was said since then."""
    since = exists().where(publications.c.change_id == changes.c.id, publications.c.said_at >= said_before)
    unsettled = select(changes.c.id).where(changes.c.pending.is_(True), changes.c.open, ~since)
    return list(db.execute(unsettled.order_by(changes.c.id).limit(most)).scalars())


def _due(now: datetime) -> ColumnElement[bool]:
    """Is a report not put off, or only until now?"""
    return or_(changes.c.due_at.is_(None), changes.c.due_at <= now)


def _stored(row: Row[Any]) -> StoredChange:
    return StoredChange(**{each.name: getattr(row, each.name) for each in fields(StoredChange)})
