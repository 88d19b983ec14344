"""Keep approvals, and move them from requested to committed."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, func, insert, or_, select, update

from diffing.states import APPROVAL
from diffing.words import BlobId, Digest, Name
from storage import moving
from storage.moving import free, move
from storage.tables import approvals, changes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One golden of an approval: the bytes that are to stand there, in place of which."""

    name: Name
    candidate: Digest | None
    """None: the golden is to be removed."""
    golden_blob: BlobId | None
    """None: there was no golden."""
    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredApproval:
    """Somebody's wish to have accepted candidates written into git, and how far that is."""

    id: str
    change_id: int
    run_id: str
    head: str
    base: str
    files: tuple[File, ...]
    who: str
    author: str
    """`Name <address>`; empty where the forge did not tell."""
    comment_id: str | None
    """The comment that asked for it; None where no comment did."""
    state: str
    why: str
    commit: str | None
    """None until it is committed."""
    commit_url: str
    beside: str
    """The other branch that took the commit; empty where the change's own did."""
    batch: str | None
    """Equal for approvals that one commit carries out; None until it is begun."""
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
    author: str = "",
    comment_id: str | None,
    now: datetime,
) -> str:
    """Keep a wish for a commit, and give its new id. What was put off on the change is due again, too."""
    put_off = and_(approvals.c.change_id == change_id, approvals.c.state == "requested")
    db.execute(update(approvals).where(put_off).values(lease_until=None))
    new = secrets.token_urlsafe(12)
    db.execute(
        insert(approvals).values(
            id=new,
            change_id=change_id,
            run_id=run_id,
            head=head,
            base=base,
            files=[astuple(file) for file in files],
            who=who,
            author=author,
            comment_id=comment_id,
            state="requested",
            requested_at=now,
        )
    )
    return new


def claim(db: Connection, change_id: int, *, batch: str, now: datetime, until: datetime) -> list[StoredApproval]:
    """Take the approvals of a change that wait, for one commit, oldest first; none while somebody commits there.

    Those that were begun before keep their batch, and come alone: their commit may stand already."""
    begun = _begun(db, change_id)
    tries = approvals.c.tries + 1
    taken = move(
        approvals, APPROVAL, "committing", batch=begun or batch, lease_until=until, tries=tries, why=""
    ).where(approvals.c.change_id == change_id, approvals.c.batch == begun, free(approvals, now))
    claimed = [_stored(row) for row in db.execute(taken.returning(*approvals.c))]
    return sorted(claimed, key=lambda each: (each.requested_at, each.id))


def commit(db: Connection, ids: Sequence[str], *, commit: str, url: str, beside: str = "") -> None:
    """Record the commit that carried approvals out, and the other branch that took it, if one did."""
    db.execute(_move(ids, "committed", commit=commit, commit_url=url, beside=beside))


def held(db: Connection, change_id: int, *, lease: datetime) -> list[StoredApproval]:
    """Give the approvals of a change that are being committed by whoever took them until then."""
    return [each for each in of_change(db, change_id) if each.state == "committing" and each.lease_until == lease]


def stale(db: Connection, ids: Sequence[str], *, why: str) -> None:
    """Record that the branch is no longer what was approved."""
    db.execute(_move(ids, "stale", why=why))


def fail(db: Connection, ids: Sequence[str], *, why: str, lease: datetime | None = None) -> bool:
    """Record that approvals cannot be carried out, and why; False where they are not whose `lease` is named."""
    failed = _move(ids, "failed", why=why).where(moving.held(approvals, lease))
    return db.execute(failed).rowcount > 0


def release(
    db: Connection,
    ids: Sequence[str],
    *,
    until: datetime | None = None,
    why: str = "",
    lease: datetime | None = None,
) -> None:
    """Give approvals back, to be tried again, not before `until`, or another wish for a commit there.

    Nothing, where they are not whose `lease` is named."""
    db.execute(_move(ids, "requested", lease_until=until, why=why).where(moving.held(approvals, lease)))


def again(db: Connection, id_: str, *, now: datetime) -> int | None:
    """Wish anew for what could not be carried out, all that one commit was to hold, and give its change.

    What was put off is due at once. None for others, and where somebody wished for a commit there since."""
    due = update(approvals).where(approvals.c.id == id_, approvals.c.state == "requested")
    change: int | None = db.execute(
        due.values(lease_until=None).returning(approvals.c.change_id)
    ).scalar_one_or_none()
    if change is not None:
        return change
    failed = next((_stored(row) for row in db.execute(select(approvals).where(approvals.c.id == id_))), None)
    if failed is None or failed.state != "failed":
        return None
    all_there = of_change(db, failed.change_id)
    if any(each.requested_at > failed.requested_at for each in all_there):
        return None
    for each in all_there:
        if each.state == "failed" and each.batch == failed.batch:
            _copy(db, each, now)
    return failed.change_id


def _copy(db: Connection, each: StoredApproval, now: datetime) -> None:
    """Wish for the same commit: bound to the same run, head and files, in the name of the same person."""
    request(
        db,
        change_id=each.change_id,
        run_id=each.run_id,
        head=each.head,
        base=each.base,
        files=each.files,
        who=each.who,
        author=each.author,
        comment_id=each.comment_id,
        now=now,
    )


def of_change(db: Connection, change_id: int) -> list[StoredApproval]:
    """Give all approvals of a change, oldest first."""
    query = select(approvals).where(approvals.c.change_id == change_id)
    return [_stored(row) for row in db.execute(query.order_by(approvals.c.requested_at, approvals.c.id))]


def committed(db: Connection, change_ids: Collection[int]) -> list[StoredApproval]:
    """Give the approvals of some changes that are in git, oldest first."""
    query = select(approvals).where(approvals.c.change_id.in_(change_ids), approvals.c.state == "committed")
    return [_stored(row) for row in db.execute(query.order_by(approvals.c.requested_at, approvals.c.id))]


def by_commit(db: Connection, change_id: int, commit: str) -> list[StoredApproval]:
    """Give the approvals that a commit carried out, oldest first."""
    query = select(approvals).where(approvals.c.commit == commit, approvals.c.change_id == change_id)
    return [_stored(row) for row in db.execute(query.order_by(approvals.c.requested_at, approvals.c.id))]


def waiting(db: Connection, *, now: datetime, most: int) -> list[int]:
    """Give the changes with approvals that nobody commits, the one that waits longest first."""
    left = or_(
        and_(approvals.c.state == "requested", free(approvals, now)),
        and_(approvals.c.state == "committing", approvals.c.lease_until <= now),
    )
    query = select(approvals.c.change_id).where(left).group_by(approvals.c.change_id)
    return list(db.execute(query.order_by(func.min(approvals.c.requested_at)).limit(most)).scalars())


def _begun(db: Connection, change_id: int) -> str | None:
    """Give the batch of a change that was begun and has not ended; None where there is none."""
    # PostgreSQL: claimers of one change wait for each other here. On SQLite every writer waits anyway.
    db.execute(select(changes.c.id).where(changes.c.id == change_id).with_for_update())
    query = select(approvals.c.batch).where(
        approvals.c.change_id == change_id,
        approvals.c.state.in_(("requested", "committing")),
        approvals.c.batch.is_not(None),
    )
    begun: str | None = db.execute(query.order_by(approvals.c.state).limit(1)).scalar_one_or_none()
    return begun


def _move(ids: Sequence[str], after: str, **values: Any) -> Update:
    return move(approvals, APPROVAL, after, **values).where(approvals.c.id.in_(ids))


def _stored(row: Row[Any]) -> StoredApproval:
    files = tuple(
        File(name=name, candidate=candidate, golden_blob=golden_blob, suite=suite)
        for name, candidate, golden_blob, suite in row.files
    )
    return StoredApproval(**row._asdict() | {"files": files})
