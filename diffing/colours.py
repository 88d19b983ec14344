"""Find that a change is a recolouring: the same structure, each colour turned into one other."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from diffing.scenes import Scene
from diffing.words import Box, Size

_ENOUGH = 0.9
"""Share of the pixels that must follow one mapping of colours."""
_MOST_PIXELS = 100_000
"""A larger region is looked at by a grid of about so many of its pixels."""

Counts = NDArray[np.int64]


def recoloured(scene: Scene, boxes: Iterable[Box]) -> bool:
    """Tell whether one mapping of colours, one to one, explains what differs and denies nothing that stayed.

    The boxes are looked at with some of what is around them, or else a new plain rectangle on a plain ground
    would pass as the ground's recolouring."""
    places = [_grown(box, scene.size) for box in boxes]
    step = ceil(sqrt(max(1.0, sum(box.width * box.height for box in places) / _MOST_PIXELS)))
    tally = scene.tally(places, step)
    return tally is not None and _maps(*tally)


def _maps(pairs: NDArray[np.uint64], count: Counts) -> bool:
    source, target = pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)
    follows = _favourite(source, count) & _favourite(target, count)
    changed = source != target
    if not changed.any() or count[changed & follows].sum() < _ENOUGH * count[changed].sum():
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
