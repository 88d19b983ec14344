"""Find where a mask is marked: boxes around connected regions, near ones merged, the largest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diffing.words import Box

MOST = 100
CELL = 8
"""Pixels in the same or in touching cells of this width and height are one region."""

Marks = NDArray[np.bool_]
Indices = NDArray[np.int64]


def boxes(marks: Marks, most: int = MOST) -> tuple[Box, ...]:
    """Give tight boxes around the marked regions of a height × width mask, at most `most`."""
    rows = np.flatnonzero(marks.any(axis=1))
    if not rows.size:
        return ()
    top = int(rows[0])
    cells = _cells(marks[top : int(rows[-1]) + 1])
    y, x = np.nonzero(cells.any(axis=(1, 3)))
    edges = _edges(cells, y, x) + np.array([0, top, 0, top])
    regions = _gather(edges, _roots(len(y), *_neighbours(y, x)))
    found = [Box(int(a), int(b), int(c - a), int(d - b)) for a, b, c, d in regions]
    return tuple(sorted(found, key=lambda box: (-box.width * box.height, box.top, box.left, box.width))[:most])


def _cells(marks: Marks) -> Marks:
    """Cut a mask into cells: rows of cells × CELL × columns of cells × CELL."""
    height, width = marks.shape
    padded = np.zeros((-(-height // CELL) * CELL, -(-width // CELL) * CELL), np.bool_)
    padded[:height, :width] = marks
    return padded.reshape(padded.shape[0] // CELL, CELL, padded.shape[1] // CELL, CELL)


def _edges(cells: Marks, y: Indices, x: Indices) -> Indices:
    """Give left, top, right, bottom (the last two exclusive) of the marks in each cell: n × 4."""
    chosen = cells.transpose(0, 2, 1, 3)[y, x]
    down, across = np.asarray(chosen.any(axis=2)), np.asarray(chosen.any(axis=1))
    left, right = across.argmax(axis=1), CELL - across[:, ::-1].argmax(axis=1)
    top, bottom = down.argmax(axis=1), CELL - down[:, ::-1].argmax(axis=1)
    return np.stack((x * CELL + left, y * CELL + top, x * CELL + right, y * CELL + bottom), axis=1)


def _neighbours(y: Indices, x: Indices) -> tuple[Indices, Indices]:
    """Pair the cells that touch, corners too. `y`, `x` are in reading order."""
    width = int(x.max()) + 3
    place = y * width + x + 1  # the free columns left and right keep rows apart
    pairs = [_found(place, place + step) for step in (1, width - 1, width, width + 1)]
    return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])


def _found(place: Indices, wanted: Indices) -> tuple[Indices, Indices]:
    where = np.minimum(np.searchsorted(place, wanted), place.size - 1)
    hit = np.flatnonzero(place[where] == wanted)
    return hit, where[hit]


def _roots(count: int, one: Indices, two: Indices) -> Indices:
    """Give each node the smallest node it is connected to, by hooking and pointer jumping."""
    root = np.arange(count)
    while True:
        a, b = root[one], root[two]
        apart = a != b
        if not apart.any():
            return root
        np.minimum.at(root, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
        while not np.array_equal(root, jumped := root[root]):
            root = jumped


def _gather(edges: Indices, root: Indices) -> Indices:
    names, region = np.unique(root, return_inverse=True)
    found = np.empty((names.size, 4), np.int64)
    found[:, :2], found[:, 2:] = edges.max(), 0
    np.minimum.at(found[:, :2], region, edges[:, :2])
    np.maximum.at(found[:, 2:], region, edges[:, 2:])
    return found
