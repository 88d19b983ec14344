"""Write PNGs chunk by chunk, sound ones and such as no encoder would make (PNG specification, third edition)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from random import Random

BEGINNING = b"\x89PNG\r\n\x1a\n"
END = (b"IEND", b"")
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
KINDS = [(colours, depth) for colours in CHANNELS for depth in (1, 2, 4, 8, 16)]
_SOUND = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Adam7: the first column and row of each pass, and how far it is to the next."""

Chunk = tuple[bytes, bytes]


def chunk(name: bytes, data: bytes) -> bytes:
    """Write one chunk with the right length and sum."""
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def png(*chunks: Chunk) -> bytes:
    """Write a file of these chunks."""
    return BEGINNING + b"".join(chunk(*each) for each in chunks)


def header(width: int, height: int, depth: int = 8, colours: int = 2, interlaced: int = 0) -> Chunk:
    """Give IHDR."""
    return b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes((depth, colours, 0, 0, interlaced))


def palette(random: Random, colours: int) -> Chunk:
    """Give PLTE."""
    return b"PLTE", random.randbytes(3 * colours)


def packed(rows: bytes, level: int = 6) -> Chunk:
    """Give IDAT."""
    return b"IDAT", zlib.compress(rows, level)


def sound(colours: int, depth: int) -> bool:
    """May there be so many bits a sample?"""
    return depth in _SOUND[colours]


def rows(random: Random, size: tuple[int, int], colours: int, depth: int, interlaced: int = 0) -> bytes:
    """Draw filtered rows, noise below known filters."""
    bits = CHANNELS[colours] * depth
    return b"".join(
        bytes((random.randrange(5),)) + random.randbytes(-(-width * bits // 8))
        for width, height in _pictures(size, interlaced)
        for _ in range(height)
    )


def picture(
    random: Random, size: tuple[int, int], colours: int, depth: int = 8, interlaced: int = 0
) -> list[Chunk]:
    """Give the chunks of a sound PNG."""
    before = [palette(random, min(2**depth, 200))] if colours == 3 else []
    drawn = packed(rows(random, size, colours, depth, interlaced))
    return [header(*size, depth, colours, interlaced), *before, drawn, END]


def taken_apart(content: bytes) -> list[Chunk]:
    """Give the chunks of a file as far as they can be read, whatever their sums say."""
    found, at = [], len(BEGINNING)
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _pictures(size: tuple[int, int], interlaced: int) -> Iterator[tuple[int, int]]:
    """Give the sizes of the passes, one without Adam7."""
    if not interlaced:
        yield size
        return
    for left, top, across, down in _PASSES:
        width, height = -(-(size[0] - left) // across), -(-(size[1] - top) // down)
        if width > 0 and height > 0:
            yield width, height
