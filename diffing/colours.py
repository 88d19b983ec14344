"""Find that a change is a recolouring: the same structure, each colour turned into one other."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from diffing.words import Box, Size

_ENOUGH = 0.9
"""Share of the pixels that must follow one mapping of colours."""
_MOST_PIXELS = 400_000
"""A larger region is looked at by a grid of about so many of its pixels."""

Packed = NDArray[np.uint32]
Counts = NDArray[np.int64]


def recoloured(golden: Packed, candidate: Packed, boxes: Iterable[Box]) -> bool:
    """Tell whether one mapping of colours, one to one, explains what differs and denies nothing that stayed.

    The boxes are looked at with some of what is around them, or else a new plain rectangle on a plain ground
    would pass as the ground's recolouring."""
    places = [_grown(box, Size(golden.shape[1], golden.shape[0])) for box in boxes]
    step = ceil(sqrt(max(1.0, sum(box.width * box.height for box in places) / _MOST_PIXELS)))
    before, after = (
        np.concatenate([_cut(picture, box, step) for box in places]) for picture in (golden, candidate)
    )
    return bool((before != after).any()) and _maps(before, after)


def _maps(before: Packed, after: Packed) -> bool:
    pairs, count = np.unique(before.astype(np.uint64) << np.uint64(32) | after, return_counts=True)
    source, target = pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)
    follows = _favourite(source, count) & _favourite(target, count)
    changed = source != target
    if count[changed & follows].sum() < _ENOUGH * count[changed].sum():
        return False
    concerned = np.isin(source, source[changed & follows])
    return bool(count[concerned & follows].sum() >= _ENOUGH * count[concerned].sum())


def _favourite(colour: NDArray[np.uint64], count: Counts) -> NDArray[np.bool_]:
    """Mark, of each colour's pairs, the most frequent one."""
    order = np.lexsort((count, colour))
    last = np.append(colour[order][1:] != colour[order][:-1], True)
    marked = np.zeros(colour.size, np.bool_)
    marked[order[last]] = True
    return marked


def _grown(box: Box, size: Size) -> Box:
    """Give the box with at least a quarter of its size around it, as far as the picture goes."""
    across, down = max(2, box.width // 4), max(2, box.height // 4)
    left, top = max(0, box.left - across), max(0, box.top - down)
    right = min(size.width, box.left + box.width + across)
    bottom = min(size.height, box.top + box.height + down)
    return Box(left, top, right - left, bottom - top)


def _cut(picture: Packed, box: Box, step: int) -> Packed:
    return picture[box.top : box.top + box.height : step, box.left : box.left + box.width : step].reshape(-1)
