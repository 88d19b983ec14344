"""Say what a storage of files is: by the digest of their bytes, written once, checked when read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from diffing.words import Digest, Refused

FRESH = timedelta(hours=12)
"""Whoever puts what lies there for longer has it count as written now: a cleaner leaves what is new alone."""
PIECE = 1 << 20
"""Bytes that are read and given on at a time."""
MOST_WHOLE = 16 << 20
"""Bytes that are sent in one request; what is larger goes in parts of this size."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as the storage tells of it, unread. `size`: bytes."""

    digest: Digest
    size: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Stream:
    """A file that is read as it is given on. `size`: bytes.

    The last piece comes when all bytes are found to be those of the digest: a damaged file never arrives whole.
    Until then reading on may raise Refused or Unavailable."""

    size: int
    pieces: Iterator[bytes]


class Blobs(Protocol):
    """Files by digest. Putting one twice is putting it once. Refused is for good, Unavailable for now."""

    def put(self, content: bytes | BinaryIO) -> Digest:
        """Keep a file, and give its digest; when this returns, it outlives a crash, and counts as new.

        An open file, which can be sought in, is read from its beginning, in pieces."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Give a file, its bytes checked; Refused where it is gone or damaged."""
        ...

    def stream(self, digest: Digest) -> Stream:
        """Give a large file in pieces, so that it is never in memory whole; Refused where it is gone."""
        ...

    def link(self, digest: Digest, *, seconds: int) -> str | None:
        """Give an address that opens one file as a download for so long; None where none is to be given.

        Refused where one is asked for by the storage's address, and its account cannot sign any."""
        ...

    def has(self, digest: Digest) -> bool:
        """Is there such a file?"""
        ...

    def about(self, digest: Digest) -> Kept | None:
        """Tell of one file without reading it; None where there is none."""
        ...

    def delete(self, digest: Digest) -> None:
        """Keep a file no longer. `storage.forgotten` calls it, so that pages can say since when."""
        ...

    def walk(self, after: Digest | None = None) -> Iterator[Kept]:
        """Tell of all files in the order of their digests, from behind one on, as far as somebody asks."""
        ...

    def discard(self, unwanted: Collection[Kept]) -> int:
        """Delete those of these files that still stand as they were told of; give how many that were.

        What was put again meanwhile stays."""
        ...


def is_digest(word: str) -> bool:
    """Can this name a file? It may come out of an address, and nothing else may ever name one."""
    return bool(_DIGEST.fullmatch(word))


def named(digest: Digest) -> Digest:
    """Give a digest; Refused for what is none."""
    if not is_digest(digest):
        raise Refused("That is no file's digest.")
    return digest


def gone(digest: Digest) -> Refused:
    """Say that a file is not there."""
    return Refused(f"The file {digest[:12]} is no longer in the storage. Compare again.")


def damaged(digest: Digest) -> Refused:
    """Say that a file's bytes are others."""
    return Refused(f"The file {digest[:12]} is damaged in the storage. Compare again to have it mended.")
