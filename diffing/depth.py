"""Look below what is compared: two PNGs of 16 bits a sample whose upper 8 bits are the same."""

from __future__ import annotations

import numpy as np

from diffing import chunks, streams
from diffing.chunks import Header
from diffing.streams import Bytes

_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
_MOST_PIXELS = 20_000_000


def deep(content: bytes) -> bool:
    """Does a PNG keep 16 bits a sample, of which 8 are compared?"""
    header = chunks.read_header(content)
    return header is not None and header.depth == 16


def differ_below(golden: bytes, candidate: bytes) -> bool | None:
    """Do samples differ, whose upper 8 bits do not? None where that cannot be told without decoding them.

    Filters can be undone in one way only: rows filtered alike differ before if and only if they do afterwards."""
    before, after = _filtered(golden), _filtered(candidate)
    if before is None or after is None or before[0] != after[0]:
        return None
    header, ours, theirs = before[0], before[1], after[1]
    stride = _stride(header)
    if np.array_equal(ours, theirs):
        return False
    return True if np.array_equal(ours[::stride], theirs[::stride]) else None


def _filtered(content: bytes) -> tuple[Header, Bytes] | None:
    apart = chunks.take_apart(content)
    if apart is None or apart.header.depth != 16 or apart.header.colours not in _CHANNELS:
        return None
    header = apart.header
    if header.interlaced or apart.transparency or header.width * header.height > _MOST_PIXELS:
        return None
    rows = streams.inflate(apart.stream, header.height * _stride(header))
    return (header, rows) if rows is not None else None


def _stride(header: Header) -> int:
    return 1 + 2 * header.width * _CHANNELS[header.colours]
