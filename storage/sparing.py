"""Have no file deleted that somebody is about to refer to: whatever is put, or found there, is spared first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Engine

from diffing.words import Digest, Unavailable
from storage import database, discards
from storage.blobs import Blobs, Kept, Stream, checking

_PAUSE = 0.05
_PAUSES = 200
"""Deleting takes a moment. Whoever was stopped in the middle holds a file for minutes: it is tried again later."""
_LATER = 60.0


class Sparing:
    """A storage of which a cleaner takes nothing that somebody needs.

    A file to go waits for a day; whoever puts it again, or relies on its being there, takes it off the list. While
    it is being deleted they wait: what they put afterwards stays."""

    def __init__(
        self, kept: Blobs, engine: Engine, *, clock: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._kept = kept
        self._engine = engine
        self._clock = clock
        self._sleep = sleep

    def put(self, content: bytes | BinaryIO) -> Digest:
        self._spare(checking.digest_of(checking.opened(content)))
        return self._kept.put(content)

    def get(self, digest: Digest) -> bytes:
        return self._kept.get(digest)

    def stream(self, digest: Digest) -> Stream:
        return self._kept.stream(digest)

    def link(self, digest: Digest, *, seconds: int) -> str | None:
        return self._kept.link(digest, seconds=seconds)

    def has(self, digest: Digest) -> bool:
        self._spare(digest)
        return self._kept.has(digest)

    def about(self, digest: Digest) -> Kept | None:
        return self._kept.about(digest)

    def delete(self, digest: Digest) -> None:
        self._kept.delete(digest)

    def walk(self, after: Digest | None = None) -> Iterator[Kept]:
        return self._kept.walk(after)

    def discard(self, unwanted: Collection[Kept]) -> int:
        return self._kept.discard(unwanted)

    def _spare(self, digest: Digest) -> None:
        for _ in range(_PAUSES):
            if not self._is_to_go(digest) or self._spared(digest):
                return
            self._sleep(_PAUSE)
        raise Unavailable("A file that is needed is being deleted just now.", after=_LATER)

    def _is_to_go(self, digest: Digest) -> bool:
        with database.reading(self._engine) as db:
            return discards.find(db, digest) is not None

    def _spared(self, digest: Digest) -> bool:
        with self._engine.begin() as db:
            return discards.spare(db, digest, now=self._clock())
