"""How it is remembered which file a git blob holds."""

from __future__ import annotations

from sqlalchemy import Connection

from diffing.words import BlobId
from storage import git_blobs
from tests.storage import making
from tests.storage.making import digest


def blob(number: int) -> BlobId:
    """Make a blob's id."""
    return BlobId(f"{number:040x}")


def test_what_is_put_is_known(db: Connection) -> None:
    """Only those asked for, only of this repository."""
    repo_id, other = making.repo(db), making.repo(db)
    git_blobs.put(db, repo_id, [(blob(1), digest("1")), (blob(2), digest("2"))])
    assert git_blobs.known(db, repo_id, {blob(1), blob(3)}) == {blob(1): digest("1")}
    assert git_blobs.known(db, other, [blob(1)]) == {}
    assert git_blobs.known(db, repo_id, []) == {}


def test_putting_again_is_putting_once(db: Connection) -> None:
    """Two workers that fetched the same blob do not fail each other."""
    repo_id = making.repo(db)
    git_blobs.put(db, repo_id, [(blob(1), digest("1"))])
    git_blobs.put(db, repo_id, [(blob(2), digest("2")), (blob(1), digest("1"))])
    git_blobs.put(db, repo_id, [])
    assert git_blobs.known(db, repo_id, [blob(1), blob(2)]) == {blob(1): digest("1"), blob(2): digest("2")}


def test_a_large_tree_is_asked_for_at_once(db: Connection) -> None:
    """No number of goldens is too many for a statement."""
    repo_id = making.repo(db)
    pairs = {blob(n): digest("1") for n in range(2500)}
    git_blobs.put(db, repo_id, list(pairs.items()))
    assert git_blobs.known(db, repo_id, [blob(n) for n in range(40_000)]) == pairs
