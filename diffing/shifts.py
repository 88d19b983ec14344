"""Find that rows or columns only moved: by how many pixels, and which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffing.images import Pixels
from diffing.words import Box

FARTHEST = 64
"""Pixels. Farther moves are called another content."""
_MOST_EXPLAINS = 2 / 3
"""Share of the lines that differ, counted in both pictures, which a move has to explain."""

Lines = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines `first` to `last` of the golden stand `by` pixels further on in the candidate (negative: back)."""

    lines: str
    """`rows` or `columns`."""
    first: int
    last: int
    by: int

    def __str__(self) -> str:
        ways = ("down", "up") if self.lines == "rows" else ("right", "left")
        return f"{self.lines} {self.first}–{self.last} moved {ways[self.by < 0]} by {abs(self.by)} px"


def find(golden: Pixels, candidate: Pixels, around: Box) -> Shift | None:
    """Find the move that explains most of what differs between two pictures of one size.

    `around` holds all that differs: what stands still beside it must not hide the move.
    Each line becomes one number, so that trying a distance costs one comparison a line."""
    down = slice(around.top, around.top + around.height)
    across = slice(around.left, around.left + around.width)
    rows = _explain(_lines(golden[:, across]), _lines(candidate[:, across]))
    if rows:
        return Shift("rows", *rows)
    columns = _explain(_lines(golden[down].transpose(1, 0, 2)), _lines(candidate[down].transpose(1, 0, 2)))
    return Shift("columns", *columns) if columns else None


def _lines(pixels: Pixels) -> Lines:
    return np.array([hash(line.tobytes()) for line in pixels], np.int64)


def _explain(golden: Lines, candidate: Lines) -> tuple[int, int, int] | None:
    """Give first, last and distance of the move that explains most lines, the nearest of equals."""
    changed = golden != candidate
    most, best = 0, None
    for by in _distances(len(golden)):
        stayed = _moved(golden, candidate, by)
        left = stayed[changed[stayed]]
        explained = min(left.size, np.count_nonzero(changed[stayed + by]))
        if explained > most:
            most, best = explained, (int(left[0]), int(left[-1]), by)
    return best if most >= _MOST_EXPLAINS * np.count_nonzero(changed) else None


def _distances(lines: int) -> list[int]:
    farthest = min(FARTHEST, lines - 1)
    return [by for step in range(1, farthest + 1) for by in (step, -step)]


def _moved(golden: Lines, candidate: Lines, by: int) -> Lines:
    """Give the golden's lines that stand `by` further on in the candidate."""
    if by > 0:
        return np.flatnonzero(golden[:-by] == candidate[by:])
    return np.flatnonzero(golden[-by:] == candidate[:by]) - by
