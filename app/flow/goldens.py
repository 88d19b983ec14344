"""Fetch goldens from git: each once ever, many at once, and what git LFS stands in for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.flow import standing
from app.flow.parts import Parts
from bots.forge import Repo
from diffing import pointers
from diffing.pointers import Pointer
from diffing.words import BlobId, Digest, Found, Kind, Outcome, Read, Refused, Rules, Tree
from storage import git_blobs

_BATCH = 64


class Goldens:
    """The goldens of one repository, by their blob's id."""

    def __init__(self, parts: Parts, repo: Repo) -> None:
        self._parts = parts
        self._repo = repo
        self._forge = parts.forges[repo.host]
        with parts.db.begin() as db:
            self._repo_id = standing.remember_repo(db, repo)

    def digests(self, ids: Iterable[BlobId]) -> dict[BlobId, Digest]:
        """Give the digest of each golden (for LFS of the file itself, not its pointer), fetching what is new."""
        wanted = set(ids)
        with self._parts.db.begin() as db:
            known = {
                id_: digest
                for id_, digest in git_blobs.known(db, self._repo_id, wanted).items()
                if self._parts.blobs.has(digest)
            }
        missing = sorted(wanted - set(known))
        for start in range(0, len(missing), _BATCH):
            known |= self._fetch(missing[start : start + _BATCH])
        return known

    def content(self, digest: Digest) -> bytes:
        """Give the bytes of a golden whose digest is known."""
        return self._parts.blobs.get(digest)

    def settle(self, found: Found, read: Read, tree: Tree) -> Found:
        """Where several goldens may be meant, take the only one that looks like the copy CI compared with."""
        options = [name for name in found.options if name in tree]
        if found.name is not None or found.reference is None or not options:
            return found
        try:
            copy = read(found.reference)
        except Refused:
            return found
        digests = self.digests(tree[name].id for name in options)
        alike = [name for name in options if self._alike(self.content(digests[tree[name].id]), copy)]
        return replace(found, name=alike[0], options=(), why="") if len(alike) == 1 else found

    def _alike(self, golden: bytes, copy: bytes) -> bool:
        difference = self._parts.differ(golden, copy, Rules())
        return difference.outcome is Outcome.SAME or difference.kind in (Kind.ENCODING_ONLY, Kind.METADATA_ONLY)

    def _fetch(self, ids: list[BlobId]) -> dict[BlobId, Digest]:
        fetched: dict[BlobId, Digest] = {}
        large: dict[BlobId, Pointer] = {}
        for id_, content in self._forge.blobs(self._repo, ids):
            pointer = pointers.read(content)
            if pointer is None:
                fetched[id_] = self._parts.blobs.put(content)
            else:
                large[id_] = pointer
        fetched |= dict(self._fetch_large(large))
        with self._parts.db.begin() as db:
            git_blobs.put(db, self._repo_id, list(fetched.items()))
        return fetched

    def _fetch_large(self, large: dict[BlobId, Pointer]) -> Iterator[tuple[BlobId, Digest]]:
        missing = [each for each in large.values() if not self._parts.blobs.has(each.oid)]
        for _, content in self._forge.large_files(self._repo, missing):
            self._parts.blobs.put(content)
        for id_, pointer in large.items():
            if self._parts.blobs.has(pointer.oid):
                yield id_, pointer.oid
