"""Keep files in an object store, whichever it is: under their digests, written once, checked when read."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

import stamina

from diffing.words import Digest, Refused, Unavailable
from storage.blobs import checking
from storage.blobs.port import FRESH, Kept, Stream, gone, is_digest, named

CONNECTIONS = 64
"""So many at a time: eight that compare in each of a few workers, and the web's threads."""
CONNECT_SECONDS, READ_SECONDS = 5, 30
TRIES = 4
_ASK_FIRST = 1 << 20
"""Bytes from which it is asked whether a file is there before it is sent once more."""
_AT_ONCE = 8
_LATER = 60.0


class Denied(Unavailable):
    """The store does not let us. Refused when it is opened; in use, somebody may just be changing rights."""

    def __init__(self, why: str) -> None:
        super().__init__(why, _LATER)


class BrokenOff(Unavailable):
    """A file ended too soon on its way here."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object as the store tells of it. `version`: another one when the object was written again, or empty."""

    key: str
    size: int
    written_at: datetime
    version: str = ""


class Bucket(Protocol):
    """What an object store does by keys. Each method may raise Unavailable, of which Denied is one."""

    def look(self) -> None:
        """Ask the store anything that shows whether it is there and lets us read."""
        ...

    def create(self, key: str, file: BinaryIO, size: int) -> bool:
        """Write an object where there is none; False where there is one.

        A store that knows no such condition writes it anyway: the same bytes belong under a key."""
        ...

    def replace(self, key: str, file: BinaryIO, size: int) -> None:
        """Write an object, whatever is there."""
        ...

    def about(self, key: str) -> Thing | None:
        """Tell of an object; None where there is none."""
        ...

    def intact(self, key: str, file: BinaryIO, size: int) -> Thing | None:
        """Tell of an object that holds just this file, by the store's own sums; None where none does."""
        ...

    def read(self, key: str) -> Stream | None:
        """Give an object as it comes, unchecked; None where there is none."""
        ...

    def remove(self, key: str) -> None:
        """Delete an object, if there is one."""
        ...

    def remove_as(self, thing: Thing) -> bool:
        """Delete an object that was just told of; False where the store finds it written again since."""
        ...

    def walk(self, prefix: str, after: str) -> Iterator[Thing]:
        """Tell of the objects whose keys begin so, in order, from behind a key on."""
        ...

    def link(self, key: str, name: str, seconds: int) -> str | None:
        """Give an address that opens an object as a download of that name for so long; None where it cannot."""
        ...


class Objects:
    """Files in a bucket, below a prefix that ends in a slash or is empty. `links`: may addresses be given?"""

    def __init__(
        self, bucket: Bucket, prefix: str, *, links: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._links = links
        self._clock = clock

    def put(self, content: bytes | BinaryIO) -> Digest:
        file = checking.opened(content)
        digest, size = checking.digest_of(file), checking.size_of(file)
        key = self._key(digest)
        if size > _ASK_FIRST and self._stands(key, file, size):
            return digest
        if not self._bucket.create(key, file, size) and not self._stands(key, file, size):
            self._bucket.replace(key, file, size)
        return digest

    def get(self, digest: Digest) -> bytes:
        for attempt in stamina.retry_context(on=BrokenOff, attempts=TRIES, wait_initial=0.2, wait_max=5.0):
            with attempt:
                return checking.whole(digest, b"".join(self._read(digest).pieces))
        raise AssertionError("stamina gave no try")

    def stream(self, digest: Digest) -> Stream:
        found = self._read(digest)
        return Stream(found.size, checking.verified(digest, found.pieces))

    def link(self, digest: Digest, *, seconds: int) -> str | None:
        link = self._bucket.link(self._key(digest), digest, seconds) if self._links else None
        if self._links and link is None:
            raise Refused("The storage's account cannot sign links: leave `links` out of GOLDDIGGER_STORAGE_URL.")
        return link

    def has(self, digest: Digest) -> bool:
        return is_digest(digest) and self._bucket.about(self._key(digest)) is not None

    def about(self, digest: Digest) -> Kept | None:
        thing = self._bucket.about(self._key(digest))
        return _told(thing, self._prefix) if thing else None

    def delete(self, digest: Digest) -> None:
        self._bucket.remove(self._key(digest))

    def walk(self, after: Digest | None = None) -> Iterator[Kept]:
        floor = self._key(after) if after else ""
        for thing in self._bucket.walk(self._prefix, floor):
            told = _told(thing, self._prefix)
            if told is not None and thing.key > floor:
                yield told

    def discard(self, unwanted: Collection[Kept]) -> int:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="discard") as threads:
            return sum(threads.map(self._discard, unwanted))

    def _discard(self, unwanted: Kept) -> bool:
        thing = self._bucket.about(self._key(unwanted.digest))
        return thing is not None and _told(thing, self._prefix) == unwanted and self._bucket.remove_as(thing)

    def _read(self, digest: Digest) -> Stream:
        found = self._bucket.read(self._key(digest))
        if found is None:
            raise gone(digest)
        return found

    def _stands(self, key: str, file: BinaryIO, size: int) -> bool:
        """Does it stand there undamaged, and is it new enough for no cleaner to take it?"""
        thing = self._bucket.intact(key, file, size)
        return thing is not None and self._clock() - thing.written_at.timestamp() < FRESH.total_seconds()

    def _key(self, digest: Digest) -> str:
        return self._prefix + named(digest)


def in_use(bucket: Bucket) -> Bucket:
    """Give a bucket that can be used, or may be soon; Refused where somebody must mend something first."""
    try:
        bucket.look()
    except Denied as denied:
        raise Refused(str(denied)) from denied
    except Unavailable:
        return bucket  # it is away just now: jobs wait for it, and so does `/readyz`
    return bucket


def _told(thing: Thing, prefix: str) -> Kept | None:
    digest = thing.key.removeprefix(prefix)
    return Kept(Digest(digest), thing.size, thing.written_at) if is_digest(digest) else None
