"""Inflate and deflate zlib streams of known size: with libdeflate where it is installed, else with zlib."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

deflate: Any
try:
    import deflate
except ImportError:  # a machine for which nobody has built it
    deflate = None
_BROKEN = (zlib.error, ValueError, *([deflate.DeflateError] if deflate else []))

NAME = "libdeflate" if deflate else "zlib"
_ADLER: Callable[[bytes, int], int] = deflate.adler32 if deflate else zlib.adler32
_LEVEL = 1
_SHORT = 1 << 16
_LAST = b"\x03\x00"  # an empty block that is the last
_PRIME = 65521
_LARGEST = 20


def inflate(stream: bytes, size: int) -> bytearray | None:
    """Give the `size` bytes that a whole, sound stream holds; None where it holds more, fewer or none."""
    try:
        if deflate:
            found: bytearray = deflate.zlib_decompress(stream, size)
            return found if len(found) == size else None
        machine = zlib.decompressobj()
        begun = machine.decompress(stream, size + 1)  # one more, to see that there is no more
        return bytearray(begun) if machine.eof and len(begun) == size else None
    except _BROKEN:
        return None


def inflate_some(stream: bytes, most: int) -> bytes | None:
    """Give what a stream of unknown size holds; None where that is more than `most` bytes, or it is broken."""
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(stream, most)
    except zlib.error:
        return None
    return found if machine.eof else None


def pack(before: int, content: bytes, after: int) -> bytes:
    """Make a stream of some zeros, some bytes, and zeros again, which cost next to nothing (RFC 1950)."""
    if len(content) <= _SHORT or not deflate:
        packer = zlib.compressobj(_LEVEL, wbits=-15)
        body = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH) + _zeros(after) + _LAST
    else:
        body = deflate.deflate_compress(content + bytes(after), _LEVEL)
    low, high = 1, before  # Adler-32 of zeros: the lower sum stays, the upper one grows by it
    total = _ADLER(content, (high % _PRIME) << 16 | low)
    low, high = total & 0xFFFF, total >> 16
    total = ((high + after * low) % _PRIME) << 16 | low
    return b"".join((b"\x78\x01", _zeros(before), body, total.to_bytes(4)))


def _zeros(count: int) -> bytes:
    """Give blocks of so many zeros, ended at a whole byte."""
    return b"".join(_power(bit) for bit in range(count.bit_length()) if count >> bit & 1)


@lru_cache(maxsize=64)
def _power(bit: int) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    if bit > _LARGEST:
        return _power(_LARGEST) * (1 << (bit - _LARGEST))
    return packer.compress(bytes(1 << bit)) + packer.flush(zlib.Z_FULL_FLUSH)


def crc(content: bytes | memoryview) -> int:
    """Give the CRC-32 of some bytes."""
    return int(deflate.crc32(content)) if deflate else zlib.crc32(content)
