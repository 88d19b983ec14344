"""Remember which files are no longer kept, and since when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from diffing.words import Digest
from storage import thumbnails
from storage.blobs import Blobs
from storage.inserting import insert
from storage.tables import forgotten

_AT_ONCE = 500
"""Digests in one statement: databases bound how many words it may have."""


def forget(engine: Engine, blobs: Blobs, digests: Collection[Digest], *, now: datetime) -> None:
    """Delete files and their small pictures, and have every page say since when.

    It is noted first: whoever is stopped in between deletes the rest by doing it again. No run that is being
    compared may need them."""
    with engine.begin() as db:
        note(db, digests, now=now)
        small = [thumbnails.drop(db, each) for each in digests]
    for each in (*digests, *small):
        if each is not None:
            blobs.delete(each)


def note(db: Connection, digests: Collection[Digest], *, now: datetime) -> None:
    """Record that files are no longer kept; the first time counts."""
    if digests:
        said = [{"digest": each, "at": now} for each in digests]
        db.execute(insert(db, forgotten).on_conflict_do_nothing(index_elements=["digest"]), said)


def keep_again(db: Connection, digests: Collection[Digest]) -> None:
    """Record that files came back, with the same bytes."""
    for some in _pieces(digests):
        db.execute(delete(forgotten).where(forgotten.c.digest.in_(some)))


def since(db: Connection, digest: Digest) -> datetime | None:
    """Give the moment since which a file is no longer kept; None where that was never said."""
    return among(db, [digest]).get(digest)


def among(db: Connection, digests: Collection[Digest]) -> Mapping[Digest, datetime]:
    """Give the files of these that are no longer kept, each with the moment since when."""
    gone: dict[Digest, datetime] = {}
    for some in _pieces(digests):
        query = select(forgotten.c.digest, forgotten.c.at).where(forgotten.c.digest.in_(some))
        gone |= {Digest(digest): at for digest, at in db.execute(query)}
    return gone


def _pieces(digests: Collection[Digest]) -> Iterator[list[Digest]]:
    every = list(dict.fromkeys(digests))
    return (every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE))
