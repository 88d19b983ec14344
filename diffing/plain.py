"""Compare two pictures with NumPy: the road that needs no compiler."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diffing import yiq
from diffing.ignoring import Area
from diffing.images import Pixels
from diffing.scenes import MOST_PAIRS, Lines, Measured, Tally, measured
from diffing.words import Box, Size, Tolerance


class PlainScene:
    """Two pictures as arrays of RGBA."""

    def __init__(self, golden: Pixels, candidate: Pixels, ignored: Area | None) -> None:
        self._equal = golden.shape == candidate.shape and bool(np.array_equal(golden, candidate))
        height, width = (max(golden.shape[axis], candidate.shape[axis]) for axis in (0, 1))
        self.size = Size(width, height)
        self._golden, self._candidate = (
            _canvas(picture, height, width, ignored) for picture in (golden, candidate)
        )

    def equal(self) -> bool:
        return self._equal

    def measure(self, tolerance: Tolerance) -> Measured:
        return measured(yiq.measure(self._golden, self._candidate, tolerance), self._around())

    def rows(self, part: Box, step: int) -> tuple[Lines, Lines]:
        golden, candidate = self._cut(part)
        return _lines(golden[:, ::step]), _lines(candidate[:, ::step])

    def columns(self, part: Box, step: int) -> tuple[Lines, Lines]:
        golden, candidate = self._cut(part)
        unlike = np.flatnonzero((golden != candidate).any(axis=(1, 2)))[::step]
        return _lines(golden[unlike].transpose(1, 0, 2)), _lines(candidate[unlike].transpose(1, 0, 2))

    def tally(self, parts: Sequence[Box], step: int) -> Tally | None:
        sampled = [[side[::step, ::step].reshape(-1) for side in self._packed(part)] for part in parts]
        before, after = (np.concatenate(side).astype(np.uint64) for side in zip(*sampled, strict=True))
        pairs, counts = np.unique(before << np.uint64(32) | after, return_counts=True)
        return (pairs, counts.astype(np.int64)) if pairs.size <= MOST_PAIRS else None

    def _around(self) -> Box | None:
        unlike = yiq.packed(self._golden) != yiq.packed(self._candidate)
        rows, columns = np.flatnonzero(unlike.any(axis=1)), np.flatnonzero(unlike.any(axis=0))
        if not rows.size:
            return None
        left, top = int(columns[0]), int(rows[0])
        return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)

    def _packed(self, part: Box) -> tuple[yiq.Packed, yiq.Packed]:
        golden, candidate = self._cut(part)
        return yiq.packed(golden), yiq.packed(candidate)

    def _cut(self, part: Box) -> tuple[Pixels, Pixels]:
        where = (slice(part.top, part.top + part.height), slice(part.left, part.left + part.width))
        return self._golden[where], self._candidate[where]


def _canvas(picture: Pixels, height: int, width: int, ignored: Area | None) -> Pixels:
    """Give a picture on the common canvas, ignored pixels blank."""
    if picture.shape[:2] == (height, width) and ignored is None:
        return picture
    canvas = np.zeros((height, width, 4), np.uint8)
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    if ignored is not None:
        canvas[ignored] = 0
    return canvas


def _lines(pixels: Pixels) -> Lines:
    return np.array([hash(line.tobytes()) for line in pixels], np.int64)
