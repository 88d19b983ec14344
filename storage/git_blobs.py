"""Remember which file a git blob holds, so that each is fetched once ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from sqlalchemy import Connection, delete, select

from diffing.words import BlobId, Digest
from storage.inserting import insert
from storage.tables import git_blobs

_AT_ONCE = 1000
"""A statement takes a bounded number of values; SQLite's bound is the lowest."""


def known(db: Connection, repo_id: int, ids: Collection[BlobId]) -> dict[BlobId, Digest]:
    """Give the digests of those blobs that were fetched before."""
    found: dict[BlobId, Digest] = {}
    left = iter(ids)
    while some := list(islice(left, _AT_ONCE)):
        query = select(git_blobs.c.blob_id, git_blobs.c.digest).where(
            git_blobs.c.repo_id == repo_id, git_blobs.c.blob_id.in_(some)
        )
        found |= {BlobId(row.blob_id): Digest(row.digest) for row in db.execute(query)}
    return found


def forget(db: Connection, digests: Collection[Digest]) -> None:
    """Forget the blobs that hold these files: they are fetched again when they are needed again."""
    db.execute(delete(git_blobs).where(git_blobs.c.digest.in_(digests)))


def put(db: Connection, repo_id: int, pairs: Iterable[tuple[BlobId, Digest]]) -> None:
    """Remember blobs and the digests of the files that they hold, or stand for."""
    # Sorted, so that two who remember the same never wait for each other in a ring.
    rows = [{"repo_id": repo_id, "blob_id": id_, "digest": digest} for id_, digest in sorted(pairs)]
    if rows:
        db.execute(insert(db, git_blobs).on_conflict_do_nothing(index_elements=["repo_id", "blob_id"]), rows)
