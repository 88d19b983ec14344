"""Write a picture of few colours as a palette PNG (PNG specification, third edition)."""

from __future__ import annotations

from diffing import streams

_INDEXED = 3


def write(
    stream: bytes, width: int, height: int, *, bits: int, palette: bytes, transparency: bytes = b""
) -> bytes:
    """Give the PNG of a zlib stream that holds its rows, of so many bits a pixel, each behind a filter byte."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((bits, _INDEXED, 0, 0, 0))
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", stream), (b"IEND", b"")]
    if transparency:
        chunks.insert(2, (b"tRNS", transparency))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + streams.crc(name + data).to_bytes(4)
