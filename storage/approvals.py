"""Keep approvals, and move them along `diffing.states.APPROVAL` by compare-and-set."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from diffing.states import APPROVAL, before
from diffing.words import BlobId, Digest, Name
from storage.rows import read
from storage.tables import approvals


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file that an approval is bound to: the candidate to be written, or None to remove the golden."""

    name: Name
    candidate: Digest | None
    golden_blob: BlobId | None
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredApproval:
    """An approval's row."""

    id: str
    change_id: int
    run_id: str
    head: str
    base: str
    files: tuple[File, ...]
    who: str
    author: str
    comment_id: str | None
    state: str
    why: str
    commit: str | None
    commit_url: str
    beside: str
    batch: str | None
    tries: int
    lease_until: datetime | None
    requested_at: datetime


def request(
    db: Connection,
    *,
    change_id: int,
    run_id: str,
    head: str,
    base: str,
    files: Sequence[File],
    who: str,
    author: str,
    comment_id: str | None,
    now: datetime,
) -> str:
    """Ask for files to be written, and give the approval's id."""
    id_ = secrets.token_urlsafe(12)
    db.execute(
        insert(approvals).values(
            id=id_,
            change_id=change_id,
            run_id=run_id,
            head=head,
            base=base,
            files=[[each.name, each.candidate, each.golden_blob, each.suite] for each in files],
            who=who,
            author=author,
            comment_id=comment_id,
            state="requested",
            requested_at=now,
        )
    )
    return id_


def claim(db: Connection, change_id: int, *, batch: str, now: datetime, until: datetime) -> list[StoredApproval]:
    """Take all that wait on a change, for one commit. What somebody let go of is taken by itself, first."""
    lapsed = and_(approvals.c.state == "committing", approvals.c.lease_until < now)
    busy = and_(approvals.c.state == "committing", approvals.c.lease_until >= now)
    here = approvals.c.change_id == change_id
    if db.scalar(select(approvals.c.id).where(here, busy).limit(1)):
        return []  # somebody is committing to this change: one commit after the other
    left = db.scalar(select(approvals.c.batch).where(here, lapsed).limit(1))
    which = and_(here, lapsed, approvals.c.batch == left) if left else and_(here, approvals.c.state == "requested")
    _move(db, which, "committing", batch=left or batch, lease_until=until, tries=approvals.c.tries + 1)
    return _all(db, and_(here, approvals.c.batch == (left or batch), approvals.c.state == "committing"))


def commit(db: Connection, ids: Sequence[str], *, commit: str, url: str, beside: str = "") -> None:
    """Record the commit that carried approvals out; `beside`: the other branch that took it."""
    _move(db, approvals.c.id.in_(ids), "committed", commit=commit, commit_url=url, beside=beside, why="")


def stale(db: Connection, ids: Sequence[str], *, why: str) -> None:
    """Record that the head moved before approvals were carried out."""
    _move(db, approvals.c.id.in_(ids), "stale", why=why)


def fail(db: Connection, ids: Sequence[str], *, why: str) -> None:
    """Record that approvals cannot be carried out."""
    _move(db, approvals.c.id.in_(ids), "failed", why=why)


def release(db: Connection, ids: Sequence[str]) -> None:
    """Give approvals back, to be carried out later."""
    _move(db, approvals.c.id.in_(ids), "requested")


def of_change(db: Connection, change_id: int) -> list[StoredApproval]:
    """Give a change's approvals, oldest first."""
    return _all(db, approvals.c.change_id == change_id)


def by_commit(db: Connection, change_id: int, commit: str) -> list[StoredApproval]:
    """Give the approvals of a change that a commit carried out."""
    return _all(db, and_(approvals.c.change_id == change_id, approvals.c.commit == commit))


def waiting(db: Connection, *, now: datetime, most: int) -> list[int]:
    """Give the changes with approvals that nobody is carrying out."""
    lapsed = and_(approvals.c.state == "committing", approvals.c.lease_until < now)
    idle = or_(approvals.c.state == "requested", lapsed)
    return list(db.scalars(select(approvals.c.change_id).where(idle).distinct().limit(most)))


def _all(db: Connection, which: ColumnElement[bool]) -> list[StoredApproval]:
    order = (approvals.c.requested_at, approvals.c.id)
    return [_read(row) for row in db.execute(select(approvals).where(which).order_by(*order))]


def _read(row: Row[Any]) -> StoredApproval:
    files = tuple(
        File(name=name, candidate=candidate, golden_blob=blob, suite=suite)
        for name, candidate, blob, suite in row.files
    )
    return read(StoredApproval, {**row._mapping, "files": files})  # noqa: SLF001


def _move(db: Connection, which: ColumnElement[bool], state: str, **told: Any) -> None:
    statement = update(approvals).where(which, approvals.c.state.in_(before(APPROVAL, state)))
    db.execute(statement.values(state=state, **{"lease_until": None, **told}))
