"""Keep which files are to go, because nothing may refer to them any more, until they went or are needed again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from diffing.words import Digest
from storage.inserting import insert
from storage.moving import free
from storage.tables import discards


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """A file that is to go."""

    digest: Digest
    since: datetime
    """When something last ceased to refer to it. It goes no earlier than a day after."""
    lease_until: datetime | None
    """Until when somebody deletes it; None where nobody does."""


def suspect(db: Connection, digests: Collection[Digest], *, now: datetime) -> int:
    """Record that something no longer refers to files; give of how many that was new.

    Whether anything else refers to them is asked when they are to go."""
    # Sorted, so that two who suspect the same never wait for each other in a ring.
    rows = [{"digest": each, "since": now} for each in sorted(set(digests))]
    if not rows:
        return 0
    new = insert(db, discards).values(rows).on_conflict_do_nothing(index_elements=["digest"])
    return len(db.execute(new.returning(discards.c.digest)).all())


def find(db: Connection, digest: Digest) -> Discard | None:
    """Give what is known of a file that is to go; None where it stays."""
    row = db.execute(select(discards).where(discards.c.digest == digest)).one_or_none()
    return Discard(**row._asdict()) if row else None


def spare(db: Connection, digest: Digest, *, now: datetime) -> bool:
    """Have a file stay, because it is needed; False where somebody deletes it at this moment."""
    kept = delete(discards).where(discards.c.digest == digest, free(discards, now))
    return db.execute(kept).rowcount == 1


def due(db: Connection, *, before: datetime, now: datetime, most: int) -> list[Digest]:
    """Give files that are to go since then, the first first, without those that somebody deletes."""
    waiting = select(discards.c.digest).where(discards.c.since <= before, free(discards, now))
    return [Digest(each) for each in db.execute(waiting.order_by(discards.c.since).limit(most)).scalars()]


def all_of(db: Connection, *, most: int) -> list[Digest]:
    """Give files that are to go some time, the first first."""
    return [
        Digest(each)
        for each in db.execute(select(discards.c.digest).order_by(discards.c.since).limit(most)).scalars()
    ]


def claim(db: Connection, digests: Collection[Digest], *, now: datetime, until: datetime) -> set[Digest]:
    """Take files that are to go, to delete them, and give those that nobody took, or spared, meanwhile."""
    taken = update(discards).where(discards.c.digest.in_(digests), free(discards, now)).values(lease_until=until)
    return {Digest(each) for each in db.execute(taken.returning(discards.c.digest)).scalars()}


def keep(db: Connection, digests: Collection[Digest], *, now: datetime) -> None:
    """Record that files stay after all: something refers to them."""
    db.execute(delete(discards).where(discards.c.digest.in_(digests), free(discards, now)))


def put_off(db: Connection, digest: Digest, *, since: datetime, now: datetime) -> None:
    """Record that a file was written again: it goes a day after that, unless somebody deletes it now."""
    young = update(discards).where(discards.c.digest == digest, free(discards, now))
    db.execute(young.values(since=since, lease_until=None))


def give_back(db: Connection, digest: Digest, *, since: datetime, until: datetime) -> None:
    """Record the same of a file by whoever took it until then."""
    young = update(discards).where(discards.c.digest == digest, discards.c.lease_until == until)
    db.execute(young.values(since=since, lease_until=None))


def finish(db: Connection, digests: Collection[Digest], *, until: datetime) -> None:
    """Record that files are deleted, by whoever took them until then."""
    db.execute(delete(discards).where(discards.c.digest.in_(digests), discards.c.lease_until == until))
