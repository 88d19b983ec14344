"""Read common PNGs on the fast road: the compiled core gets what inflating gave, and knows its size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from diffing import chunks, streams
from diffing.chunks import Chunks, Header
from diffing.streams import Bytes

_COLOURS = 256
_LAST_FILTER = 4
_WORTH_A_THREAD = 1 << 22
"""Pixels. Smaller pictures are inflated one after the other: other pairs keep the other cores busy."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """Filtered rows, as inflating gave them: height × (1 + width × channels) bytes. The core writes into them."""

    pixels: Bytes
    width: int
    height: int
    channels: int
    palette: bytes | None
    """256 RGBA colours; None where the pixels are no indexes."""


def read(content: bytes, *, most_pixels: int) -> Raw | None:
    """Read a PNG of 8 bits a sample, not interlaced, not animated; None for every other file.

    None is no verdict: Pillow has the last word on what is readable, and why not."""
    header = chunks.read_header(content)
    if header is None or not _common(header) or header.width * header.height > most_pixels:
        return None
    apart = chunks.take_apart(content)
    if apart is None or apart.animated or (apart.transparency and header.colours != 3):
        return None
    palette = _palette(apart) if header.colours == 3 else None
    if header.colours == 3 and palette is None:
        return None
    channels = _CHANNELS[header.colours]
    stride = 1 + header.width * channels
    pixels = streams.inflate(apart.stream, header.height * stride)
    if pixels is None or pixels[::stride].max() > _LAST_FILTER:
        return None
    return Raw(pixels, header.width, header.height, channels, palette)


def read_both(golden: bytes, candidate: bytes, *, most_pixels: int) -> tuple[Raw | None, Raw | None]:
    """Read two PNGs, large ones at once by two threads."""
    one, two = (partial(read, content, most_pixels=most_pixels) for content in (golden, candidate))
    if not (streams.APART and _large(golden) and _large(candidate)):
        return one(), two()
    with ThreadPoolExecutor(1) as beside:
        try:
            begun = beside.submit(one)
        except RuntimeError:  # no thread is to be had
            return one(), two()
        found = two()
        return begun.result(), found


def _large(content: bytes) -> bool:
    header = chunks.read_header(content)
    return header is not None and header.width * header.height >= _WORTH_A_THREAD


def _common(header: Header) -> bool:
    return header.depth == 8 and not header.interlaced and header.colours in _CHANNELS


def _palette(apart: Chunks) -> bytes | None:
    """Give 256 RGBA colours, opaque black where the palette has none, as Pillow does; None without any palette."""
    if not apart.palette or len(apart.transparency) > _COLOURS:
        return None
    whole = apart.palette.ljust(3 * _COLOURS, b"\0")
    colours = bytearray(4 * _COLOURS)
    for channel in range(3):
        colours[channel::4] = whole[channel::3]
    colours[3::4] = apart.transparency.ljust(_COLOURS, b"\xff")
    return bytes(colours)
