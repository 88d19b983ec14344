"""Draw what comparing asks of two pictures on a canvas that holds both. Two roads give the same answers.

`diffing.plain` goes with NumPy, `diffing.compiled` with the package's own compiled core, where it was built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diffing.words import Box, Size, Tolerance
from diffing.yiq import ANTIALIASED, DIFFERS, FARTHEST, UNIT, Counted, Mask

Lines = NDArray[np.int64]
"""One number for each row or column of a part, equal where the lines are."""
MOST_PAIRS = 1 << 16
"""Of more different pairs of colours nobody sees a mapping."""

Tally = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Pairs of colours, the golden's in the upper half, in rising order; how often each was seen."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Measured:
    """How much of a scene differs."""

    mask: Mask
    """Height × width of SAME, ANTIALIASED, DIFFERS."""
    touched: int
    """Pixels that differ at all."""
    pixels: int
    antialiased: int
    largest: float
    """The largest distance of a pixel, 0 to 1."""
    total: float
    """The sum of the distances of all touched pixels."""
    around: Box | None
    """Around all that is touched; None where nothing is."""
    exchange: tuple[int, ...]
    """What was removed and added, as two chains of pixels beyond the threshold, then two of anti-aliased ones."""


class Scene(Protocol):
    """Golden and candidate, side by side on one canvas, padded with transparency, ignored pixels blank."""

    @property
    def size(self) -> Size:
        """The canvas."""

    def equal(self) -> bool:
        """Are both the same to the bit, in size too, ignored pixels not left out?"""

    def measure(self, tolerance: Tolerance) -> Measured:
        """Compare pixel by pixel."""

    def rows(self, part: Box, step: int) -> tuple[Lines, Lines]:
        """Sum up the rows of a part, of golden and candidate; of every `step`-th pixel of each.

        Of rows that are alike on both sides, no more need be told."""

    def columns(self, part: Box, step: int) -> tuple[Lines, Lines]:
        """Sum up the columns of a part, of golden and candidate; of every `step`-th row that differs."""

    def tally(self, parts: Sequence[Box], step: int) -> Tally | None:
        """Count which colours became which, at every `step`-th pixel of the parts; None: too many of them."""


def measured(counted: Counted, around: Box | None) -> Measured:
    """Put what was counted into the terms of a share."""
    return Measured(
        mask=counted.mask,
        touched=counted.touched,
        pixels=counted.counts[DIFFERS],
        antialiased=counted.counts[ANTIALIASED],
        largest=min(sqrt(counted.largest / FARTHEST), 1.0),
        total=counted.total / UNIT,
        around=around,
        exchange=tuple(side[mark] for mark in (DIFFERS, ANTIALIASED) for side in (counted.removed, counted.added)),
    )
