"""Remember which digest a repository's git blob has, so that each blob is fetched once ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from diffing.words import BlobId, Digest
from storage.rows import insert_new
from storage.tables import git_blobs

_BATCH = 500
"""Databases bound the number of parameters of one statement."""


def known(db: Connection, repo_id: int, ids: Collection[BlobId]) -> dict[BlobId, Digest]:
    """Give the digests of the blobs that were fetched before."""
    found: dict[BlobId, Digest] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        rows = db.execute(
            select(git_blobs.c.blob_id, git_blobs.c.digest).where(
                git_blobs.c.repo_id == repo_id, git_blobs.c.blob_id.in_(part)
            )
        )
        found |= {BlobId(blob): Digest(digest) for blob, digest in rows}
    return found


def put(db: Connection, repo_id: int, pairs: Iterable[tuple[BlobId, Digest]]) -> None:
    """Remember blobs that were fetched."""
    for blob, digest in pairs:
        insert_new(db, git_blobs, {"repo_id": repo_id, "blob_id": blob, "digest": digest})
