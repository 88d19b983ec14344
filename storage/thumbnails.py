"""Remember which small picture was made of a file. It is a blob too, so that it is made once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from diffing.words import Digest
from storage.inserting import insert
from storage.tables import thumbnails


def find(db: Connection, digest: Digest) -> Digest | None:
    """Give the small picture of a file; None where none was made yet."""
    query = select(thumbnails.c.small).where(thumbnails.c.digest == digest)
    small: str | None = db.execute(query).scalar_one_or_none()
    return Digest(small) if small else None


def keep(db: Connection, digest: Digest, small: Digest) -> None:
    """Remember a small picture; the newest counts, where one was lost and made again."""
    said = {"small": small}
    query = insert(db, thumbnails).values(digest=digest, **said)
    db.execute(query.on_conflict_do_update(index_elements=["digest"], set_=said))


def drop_all(db: Connection, digests: Collection[Digest]) -> list[Digest]:
    """Forget the small pictures of files, and give their digests."""
    query = delete(thumbnails).where(thumbnails.c.digest.in_(digests)).returning(thumbnails.c.small)
    return [Digest(small) for small in db.execute(query).scalars()]


def drop(db: Connection, digest: Digest) -> Digest | None:
    """Forget the small picture of a file, and give its digest; None where there was none."""
    query = delete(thumbnails).where(thumbnails.c.digest == digest).returning(thumbnails.c.small)
    small: str | None = db.execute(query).scalar_one_or_none()
    return Digest(small) if small else None
