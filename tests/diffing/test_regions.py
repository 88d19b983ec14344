"""Boxes hold all that is marked, tightly, and few of them do."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import regions
from diffing.words import Box


def marked(height: int, width: int, *boxes: Box) -> regions.Marks:
    """Draw a mask of full boxes."""
    marks = np.zeros((height, width), np.bool_)
    for box in boxes:
        marks[box.top : box.top + box.height, box.left : box.left + box.width] = True
    return marks


def test_nothing_marked_is_no_box() -> None:
    """An empty mask has no regions."""
    assert regions.boxes(marked(30, 40)) == ()


def test_boxes_are_tight_and_the_largest_is_first() -> None:
    """Two regions far apart are two boxes, to the pixel."""
    small, large = Box(3, 5, 4, 2), Box(60, 41, 33, 17)
    assert regions.boxes(marked(100, 120, small, large)) == (large, small)


def test_near_regions_are_one() -> None:
    """The letters of a word, four pixels apart, are one region."""
    letters = [Box(16 + 9 * n, 20, 5, 9) for n in range(6)]
    assert regions.boxes(marked(60, 90, *letters)) == (Box(16, 20, 50, 9),)


def test_a_spiral_is_one_region() -> None:
    """Whatever way a region winds, it is one."""
    marks = marked(
        90, 90, Box(0, 0, 90, 1), Box(89, 0, 1, 90), Box(0, 89, 90, 1), Box(0, 30, 1, 60), Box(0, 30, 60, 1)
    )
    assert regions.boxes(marks) == (Box(0, 0, 90, 90),)


def test_at_most_a_hundred() -> None:
    """Of more regions the largest are given."""
    dots = [Box(24 * x, 24 * y, 2, 2) for x in range(12) for y in range(12)]
    found = regions.boxes(marked(300, 300, Box(290, 270, 9, 9), *dots))
    assert len(found) == 100
    assert found[0] == Box(290, 270, 9, 9)


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 0.2), st.integers(0, 999))
@settings(max_examples=80, deadline=None)
def test_every_mark_is_in_one_box(height: int, width: int, share: float, seed: int) -> None:
    """Boxes cover all marks, and each box's four sides touch one."""
    marks = np.random.default_rng(seed).random((height, width)) < share
    covered = np.zeros_like(marks)
    for box in regions.boxes(marks, most=10_000):
        part = marks[box.top : box.top + box.height, box.left : box.left + box.width]
        assert part[0].any()
        assert part[-1].any()
        assert part[:, 0].any()
        assert part[:, -1].any()
        covered[box.top : box.top + box.height, box.left : box.left + box.width] = True
    assert not (marks & ~covered).any()
