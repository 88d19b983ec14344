"""Make single files that say, or become, far more than they are."""

from __future__ import annotations

import zlib
from random import Random

from tests.fuzz.broken import SIZE, animation
from tests.fuzz.writing import END, header, packed, png, rows

_ZEROS = zlib.compress(bytes(64 << 20), 9)


def crowd(name: bytes, count: int) -> bytes:
    """Give a picture with so many empty chunks of a name."""
    return png(header(*SIZE), *[(name, b"")] * count, _drawn(), END)


def frames(count: int) -> bytes:
    """Give an animation that says it has so many frames."""
    return png(*animation(Random(1), count))


def huge(width: int, height: int) -> bytes:
    """Give a header of many pixels before the stream of a few."""
    return png(header(width, height), _drawn(), END)


def swelling(name: bytes) -> bytes:
    """Give a picture with a text or profile that becomes 64 MB."""
    return png(header(*SIZE), (name, b"name\0\0" + _ZEROS), _drawn(), END)


def swollen() -> bytes:
    """Give a header of a few pixels before a stream that becomes 64 MB."""
    return png(header(*SIZE), (b"IDAT", _ZEROS), END)


def _drawn() -> tuple[bytes, bytes]:
    return packed(rows(Random(1), SIZE, 2, 8))
