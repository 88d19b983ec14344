"""Find that rows or columns only moved: by how many pixels, and which."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diffing import built
from diffing.scenes import Lines, Scene
from diffing.words import Box, Shift

FARTHEST = 64
"""Pixels. Farther moves are called another content."""
_MOST_EXPLAINS = 2 / 3
"""Share of the lines that differ which a move has to explain, from one that differs to one that does."""
_SAMPLED = 32
"""So many pixels of each line are looked at before all are."""


class Move(NamedTuple):
    """The move that explains most lines: how many, of how many that differ; first, last and how far."""

    explained: int
    changed: int
    first: int
    last: int
    by: int

    @property
    def holds(self) -> bool:
        """Does it explain enough?"""
        return self.explained > 0 and self.explained >= _MOST_EXPLAINS * self.changed


def find(scene: Scene, around: Box) -> Shift | None:
    """Find the move that explains most of what differs in a scene; `around` holds just that."""
    if move := _move(scene.rows, around, around.width):
        return Shift("rows", around.top + move.first, around.top + move.last, move.by)
    if move := _move(scene.columns, around, around.height):
        return Shift("columns", around.left + move.first, around.left + move.last, move.by)
    return None


def _move(sums: Callable[[Box, int], tuple[Lines, Lines]], around: Box, length: int) -> Move | None:
    """Give a move that holds; None where a few pixels of each line deny it already, or all of them do.

    Each line becomes one number, so that trying a distance costs one comparison a line."""
    step = length // _SAMPLED
    if step > 1 and not best(*sums(around, step)).holds:
        return None
    move = best(*sums(around, 1))
    return move if move.holds else None


def best(golden: Lines, candidate: Lines) -> Move:
    """Give the move that explains most lines, the nearest of equals."""
    if built.CORE is not None:
        return Move(*built.CORE.best_move(golden, candidate, FARTHEST))
    changed = golden != candidate
    found = Move(0, int(np.count_nonzero(changed)), 0, 0, 0)
    for by in _distances(len(golden)):
        stayed = _moved(golden, candidate, by)
        left = stayed[changed[stayed] & changed[stayed + by]]
        if left.size > found.explained:
            found = Move(left.size, found.changed, int(left[0]), int(left[-1]), by)
    return found


def _distances(lines: int) -> list[int]:
    farthest = min(FARTHEST, lines - 1)
    return [by for step in range(1, farthest + 1) for by in (step, -step)]


def _moved(golden: Lines, candidate: Lines, by: int) -> Lines:
    """Give the golden's lines that stand `by` further on in the candidate."""
    if by > 0:
        return np.flatnonzero(golden[:-by] == candidate[by:])
    return np.flatnonzero(golden[-by:] == candidate[:by]) - by
