"""Write a mask as a small palette PNG of two bits a pixel (PNG specification, third edition)."""

from __future__ import annotations

from diffing import engine, streams
from diffing.yiq import Mask

PALETTE = bytes((0, 0, 0, 255, 255, 0, 255, 0, 0))
"""The mask's colours: same (transparent), anti-aliased yellow, different red."""
_TRANSPARENCY = b"\x00\xff\xff"
_TWO_BITS, _INDEXED = 2, 3


def write(mask: Mask, rows: slice) -> bytes:
    """Give the PNG of a mask that is marked in these rows alone."""
    height, width = mask.shape
    row = 1 + -(-width // 4)
    marked = streams.pack(rows.start * row, engine.packed(mask[rows]), (height - rows.stop) * row)
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((_TWO_BITS, _INDEXED, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", PALETTE),
            _chunk(b"tRNS", _TRANSPARENCY),
            _chunk(b"IDAT", marked),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + streams.crc(name + data).to_bytes(4)
