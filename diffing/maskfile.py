"""Write a mask as a small palette PNG of two bits a pixel (PNG specification, third edition)."""

from __future__ import annotations

import numpy as np

from diffing import chunks, engine, indexed, streams
from diffing.yiq import Mask

PALETTE = bytes((0, 0, 0, 255, 255, 0, 255, 0, 0))
"""The mask's colours: same (transparent), anti-aliased yellow, different red."""
_TRANSPARENCY = b"\x00\xff\xff"
_TWO_BITS, _INDEXED = 2, 3
_FOUR = np.minimum(np.arange(256)[:, None] >> np.array([6, 4, 2, 0]) & 3, 2)
"""By a byte, the four marks in it."""


def write(mask: Mask, rows: slice) -> bytes:
    """Give the PNG of a mask that is marked in these rows alone."""
    height, width = mask.shape
    row = 1 + -(-width // 4)
    marked = streams.pack(rows.start * row, engine.packed(mask[rows]), (height - rows.stop) * row, row=row)
    return indexed.write(marked, width, height, bits=_TWO_BITS, palette=PALETTE, transparency=_TRANSPARENCY)


def read(content: bytes, *, most_pixels: int, marks: tuple[int, int, int] = (0, 1, 2)) -> Mask | None:
    """Read what `write` wrote, each mark as a number of one's own; None where it is anything else, or larger."""
    apart = chunks.take_apart(content)
    if apart is None:
        return None
    width, height, row = apart.header.width, apart.header.height, 1 + -(-apart.header.width // 4)
    if (apart.header.depth, apart.header.colours) != (_TWO_BITS, _INDEXED) or width * height > most_pixels:
        return None
    rows = streams.inflate(apart.stream, height * row)
    if rows is None or rows[::row].any():
        return None
    four = np.array(marks, np.uint8)[_FOUR].view(np.uint32)[:, 0]
    mask: Mask = four[rows.reshape(height, row)[:, 1:]].view(np.uint8)[:, :width]
    return mask
