"""Choose the road of comparing: the compiled core where it was built, else NumPy. The answers are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diffing import built, regions
from diffing.compiled import CompiledScene
from diffing.ignoring import Area
from diffing.images import Pixels
from diffing.plain import PlainScene
from diffing.png import Raw
from diffing.regions import MOST
from diffing.scenes import Scene
from diffing.words import Box
from diffing.yiq import Mask


def scene(golden: Pixels | Raw, candidate: Pixels | Raw, ignored: Area | None) -> Scene:
    """Put two pictures on a canvas that holds both."""
    if built.CORE is not None:
        return CompiledScene(golden, candidate, ignored)
    assert not isinstance(golden, Raw) and not isinstance(candidate, Raw)  # noqa: S101, PT018 - nobody reads one
    return PlainScene(golden, candidate, ignored)


def boxes(mask: Mask, mark: int, rows: slice) -> tuple[Box, ...]:
    """Give tight boxes around the regions of a mask with this mark, the largest first, at most `regions.MOST`.

    `rows`: it stands in these alone."""
    height, width = mask[rows].shape
    if built.CORE is None:
        found = regions.boxes(np.asarray(mask[rows] == mark))
        return tuple(replace(box, top=box.top + rows.start) for box in found)
    edges = built.CORE.boxes(mask[rows], width, height, mark, MOST)
    return tuple(Box(left, rows.start + top, right - left, bottom - top) for left, top, right, bottom in edges)


def packed(mask: Mask) -> bytes:
    """Give a mask as the rows of a PNG of two bits a pixel, each behind filter byte 0."""
    height, width = mask.shape
    if built.CORE is not None:
        rows: bytes = built.CORE.pack(mask, width, height)
        return rows
    padded = np.zeros((height, -(-width // 4) * 4), np.uint8)
    padded[:, :width] = mask
    four = padded.reshape(height, -1, 4)
    shifted = (four << np.array([6, 4, 2, 0], np.uint8)).sum(axis=2, dtype=np.uint8)
    return np.pad(shifted, ((0, 0), (1, 0))).tobytes()
