"""Read files in pieces and hold them to their digests. Pure, but for reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import SEEK_END, BytesIO
from typing import BinaryIO

from diffing.words import Digest
from storage.blobs.port import PIECE, damaged


def opened(content: bytes | BinaryIO) -> BinaryIO:
    """Give an open file of some bytes, or the one that it is already."""
    return BytesIO(content) if isinstance(content, bytes) else content


def size_of(file: BinaryIO) -> int:
    """Give how many bytes an open file has, and stand at its beginning."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size


def digest_of(file: BinaryIO) -> Digest:
    """Give the digest of an open file, and stand at its beginning."""
    file.seek(0)
    total = sha256()
    for piece in pieces(file):
        total.update(piece)
    file.seek(0)
    return Digest(total.hexdigest())


def pieces(file: BinaryIO, length: int = PIECE) -> Iterator[bytes]:
    """Give an open file from where it stands, piece by piece."""
    while piece := file.read(length):
        yield piece


def whole(digest: Digest, content: bytes) -> bytes:
    """Give bytes on that are those of a digest; Refused where they are others."""
    if sha256(content).hexdigest() != digest:
        raise damaged(digest)
    return content


def verified(digest: Digest, found: Iterable[bytes]) -> Iterator[bytes]:
    """Give pieces on, the last one only when all together have this digest; Refused where they have not."""
    total, held = sha256(), b""
    for piece in found:
        total.update(piece)
        if held:
            yield held
        held = piece
    if total.hexdigest() != digest:
        raise damaged(digest)
    yield held


def md5(content: bytes) -> bytes:
    """Give the sum by which stores find damage. Nobody is kept out by it: that is the digest's part."""
    return hashlib.md5(content, usedforsecurity=False).digest()


def md5_of(file: BinaryIO) -> bytes:
    """Give that sum of an open file, and stand at its beginning."""
    total = hashlib.md5(usedforsecurity=False)
    file.seek(0)
    for piece in pieces(file):
        total.update(piece)
    file.seek(0)
    return total.digest()
