"""Compare two pictures with the compiled core: rows of PNGs that are equal as they lie are never decoded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diffing import built, scenes
from diffing.ignoring import Area
from diffing.images import Pixels
from diffing.png import Raw
from diffing.scenes import MOST_PAIRS, Lines, Measured, Tally
from diffing.streams import Bytes
from diffing.words import Box, Size, Tolerance
from diffing.yiq import Counted, Mask

_Side = tuple[Bytes | Pixels, int, int, int, bytes | None, bool]
"""As the core takes it: pixels, width, height, channels, palette, and whether the rows are filtered."""


class CompiledScene:
    """Two pictures as they came: filtered rows of a PNG, or RGBA. What is filtered is written over."""

    def __init__(self, golden: Pixels | Raw, candidate: Pixels | Raw, ignored: Area | None) -> None:
        sides = _side(golden), _side(candidate)
        self.size = Size(max(side[1] for side in sides), max(side[2] for side in sides))
        self._scene = built.CORE.Scene(*sides, None if ignored is None else np.ascontiguousarray(ignored))

    def equal(self) -> bool:
        return bool(self._scene.equal())

    def measure(self, tolerance: Tolerance) -> Measured:
        mask: Mask = np.zeros((self.size.height, self.size.width), np.uint8)
        touched, counts, removed, added, total, largest, edges = self._scene.measure(
            tolerance.threshold, tolerance.antialiasing, tolerance.exact, mask
        )
        left, top, right, bottom = edges
        counted = Counted(mask, touched, largest, total, [0, *counts], [0, *removed], [0, *added])
        return scenes.measured(counted, Box(left, top, right - left, bottom - top) if touched else None)

    def rows(self, part: Box, step: int) -> tuple[Lines, Lines]:
        golden, candidate = np.empty(part.height, np.int64), np.empty(part.height, np.int64)
        self._scene.row_sums(_edges(part), step, golden, candidate)
        return golden, candidate

    def columns(self, part: Box, step: int) -> tuple[Lines, Lines]:
        golden, candidate = np.empty(part.width, np.int64), np.empty(part.width, np.int64)
        self._scene.column_sums(_edges(part), step, golden, candidate)
        return golden, candidate

    def tally(self, parts: Sequence[Box], step: int) -> Tally | None:
        most = min(MOST_PAIRS, sum(-(-part.width // step) * -(-part.height // step) for part in parts))
        pairs, counts = np.empty(most, np.uint64), np.empty(most, np.int64)
        number = self._scene.tally(np.array([_edges(part) for part in parts], np.uint32), step, pairs, counts)
        if number < 0:
            return None
        order = np.argsort(pairs[:number])
        return pairs[:number][order], counts[:number][order]


def decode(raw: Raw) -> None:
    """Undo the filters of all rows of a PNG, where they lie."""
    decoded = np.zeros((1, 1, 4), np.uint8)  # beside what is no PNG, all of it is decoded at once
    built.CORE.Scene(_side(raw), _side(decoded), None)


def _side(picture: Pixels | Raw) -> _Side:
    if isinstance(picture, Raw):
        return picture.pixels, picture.width, picture.height, picture.channels, picture.palette, True
    height, width = picture.shape[:2]
    return np.ascontiguousarray(picture), width, height, 4, None, False


def _edges(part: Box) -> tuple[int, int, int, int]:
    return part.left, part.top, part.left + part.width, part.top + part.height
