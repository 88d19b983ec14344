"""Fetch goldens from git: each once ever, many at once, and what git LFS stands in for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        self._large: dict[BlobId, Pointer] = {}
        with parts.db.begin() as db:
            self._repo_id = standing.remember_repo(db, repo)

    def digests(self, ids: Iterable[BlobId]) -> dict[BlobId, Digest]:
        """Give the digest of each golden, fetching what is new; of an LFS pointer its file's."""
        wanted = set(ids)
        with self._parts.reading() as db:
            known = {
                id_: digest
                for id_, digest in git_blobs.known(db, self._repo_id, wanted).items()
                if self._parts.blobs.has(digest)
            }
        missing = sorted(wanted - set(known))
        for start in range(0, len(missing), _BATCH):
            known |= self._fetch(missing[start : start + _BATCH])
        return known

    def make_ready(self, digests: Iterable[Digest]) -> None:
        """Fetch from git LFS those of these goldens that lie there.

        Also where a file of that digest is kept: anybody can write a pointer, and it may be another repository's.
        Only what this repository's own store gave is remembered as its golden."""
        wanted = set(digests)
        asked = {id_: pointer for id_, pointer in self._large.items() if pointer.oid in wanted}
        if not asked:
            return
        for _, content in self._forge.large_files(self._repo, set(asked.values())):
            self._parts.blobs.put(content)
        self._remember({id_: pointer.oid for id_, pointer in asked.items()})
        self._large = {id_: pointer for id_, pointer in self._large.items() if id_ not in asked}

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
        self.make_ready(digests.values())
        alike = [name for name in options if self._alike(digests[tree[name].id], copy)]
        return replace(found, name=alike[0], options=(), why="") if len(alike) == 1 else found

    def _alike(self, golden: Digest, copy: bytes) -> bool:
        difference = self._parts.differ(self._parts.blobs.get(golden), copy, Rules())
        return difference.outcome is Outcome.SAME or difference.kind in (Kind.ENCODING_ONLY, Kind.METADATA_ONLY)

    def _fetch(self, ids: list[BlobId]) -> dict[BlobId, Digest]:
        fetched: dict[BlobId, Digest] = {}
        for id_, content in self._forge.blobs(self._repo, ids):
            pointer = pointers.read(content)
            if pointer is None:
                fetched[id_] = self._parts.blobs.put(content)
            else:
                self._large[id_] = pointer
        self._remember(fetched)
        return fetched | {id_: self._large[id_].oid for id_ in ids if id_ in self._large}

    def _remember(self, fetched: Mapping[BlobId, Digest]) -> None:
        with self._parts.db.begin() as db:
            git_blobs.put(db, self._repo_id, list(fetched.items()))
