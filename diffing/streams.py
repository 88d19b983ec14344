"""Inflate and deflate zlib streams of known size: with libdeflate where it is installed, else with zlib.

Masks are deflated by the compiled core where it was built: runs are all that there is to find in them."""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffing import built

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

Bytes = NDArray[np.uint8]
"""Some bytes in a row, which may be written over."""


class _Library:
    """libdeflate's own functions (libdeflate.h), as the package brings them: a call by ctypes lets go of the
    interpreter, which a call of the package does not, so that two streams can be inflated at once."""

    def __init__(self, path: str) -> None:
        library = ctypes.CDLL(path)
        self._begin, self._end = library.libdeflate_alloc_decompressor, library.libdeflate_free_decompressor
        self._inflate = library.libdeflate_zlib_decompress
        self._begin.restype, self._begin.argtypes = ctypes.c_void_p, []
        self._end.restype, self._end.argtypes = None, [ctypes.c_void_p]
        address, size = ctypes.c_void_p, ctypes.c_size_t
        self._inflate.restype = ctypes.c_int
        self._inflate.argtypes = [address, ctypes.c_char_p, size, address, size, address]

    def inflate(self, stream: bytes, size: int) -> Bytes | None:
        found = np.empty(size, np.uint8)
        machine = self._begin()
        if not machine:
            raise MemoryError
        try:
            # Without a place to tell a shorter size in, anything but exactly `size` bytes is an error.
            failed = self._inflate(machine, stream, len(stream), found.ctypes.data, size, None)
        finally:
            self._end(machine)
        return None if failed else found


def _library() -> _Library | None:
    spec = find_spec("deflate._deflate") if deflate else None
    try:
        return _Library(spec.origin) if spec and spec.origin else None
    except (OSError, AttributeError):  # built so that its functions are hidden
        return None


_LIBRARY = _library()
APART = _LIBRARY is not None
"""Can two streams be inflated at once by two threads?"""
_LARGE = 1 << 20
"""So many bytes are worth the dearer call."""


def inflate(stream: bytes, size: int) -> Bytes | None:
    """Give the `size` bytes that a whole, sound stream holds; None where it holds more, fewer or none."""
    if _LIBRARY and size >= _LARGE:
        return _LIBRARY.inflate(stream, size)
    try:
        found = _inflated(stream, size)
    except _BROKEN:
        return None
    return found if found is None or len(found) == size else None


def _inflated(stream: bytes, size: int) -> Bytes | None:
    if deflate:
        return np.frombuffer(deflate.zlib_decompress(stream, size), np.uint8)
    machine = zlib.decompressobj()
    begun = machine.decompress(stream, size + 1)  # one more, to see that there is no more
    return np.frombuffer(bytearray(begun), np.uint8) if machine.eof else None


def inflate_some(stream: bytes, most: int) -> bytes | None:
    """Give what a stream of unknown size holds; None where that is more than `most` bytes, or it is broken."""
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(stream, most)
    except zlib.error:
        return None
    return found if machine.eof else None


def deflated(content: bytes) -> bytes:
    """Make a stream of some bytes, soon rather than small."""
    return bytes(deflate.zlib_compress(content, _LEVEL)) if deflate else zlib.compress(content, _LEVEL)


def pack(before: int, content: bytes, after: int, *, row: int) -> bytes:
    """Make a stream of some zeros, some bytes, and zeros again, which cost next to nothing (RFC 1950).

    `row`: after so many bytes the content is often the same again."""
    low, high = 1, before  # Adler-32 of zeros: the lower sum stays, the upper one grows by it
    total = _ADLER(content, (high % _PRIME) << 16 | low)
    low, high = total & 0xFFFF, total >> 16
    total = ((high + after * low) % _PRIME) << 16 | low
    return b"".join((b"\x78\x01", _zeros(before), _body(content, after, row), total.to_bytes(4)))


def _body(content: bytes, after: int, row: int) -> bytes:
    if built.CORE is not None:
        return b"".join((built.CORE.squeeze(content, row), _zeros(after), _LAST))
    if deflate and len(content) > _SHORT:
        return bytes(deflate.deflate_compress(content + bytes(after), _LEVEL))
    packer = zlib.compressobj(_LEVEL, wbits=-15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH) + _zeros(after) + _LAST


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
