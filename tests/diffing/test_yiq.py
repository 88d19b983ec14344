"""The counts are the reference's, to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import yiq
from diffing.images import Pixels
from diffing.plain import PlainScene
from diffing.words import Tolerance
from tests.diffing import drawing, peer

THRESHOLDS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)


def counted(
    golden: Pixels, candidate: Pixels, threshold: float = 0.1, antialiasing: bool = False
) -> tuple[int, int]:
    """Give differing and anti-aliased pixels."""
    tolerance = Tolerance(threshold=threshold, antialiasing=antialiasing)
    mask = yiq.measure(golden, candidate, tolerance).mask
    return int((mask == yiq.DIFFERS).sum()), int((mask == yiq.ANTIALIASED).sum())


RECORDED: dict[tuple[int, float, bool], tuple[int, int]] = {
    (1, 0.1, False): (1619, 0),
    (3, 0.1, False): (778, 113),
    (7, 0.1, False): (15, 8),
    (9, 0.05, False): (544, 0),
    (13, 0.2, False): (97, 0),
    (15, 0.1, False): (74, 30),
    (19, 0.1, True): (1381, 0),
    (27, 0.1, False): (20, 0),
    (31, 0.05, False): (341, 96),
    (35, 0.2, False): (101, 28),
    (47, 0.1, False): (8, 5),
    (51, 0.1, False): (1042, 205),
    (62, 0.1, False): (375, 20),
    (67, 0.05, True): (19, 0),
    (95, 0.2, False): (380, 40),
    (203, 0.1, False): (53, 0),
}
"""Seed, threshold, anti-aliasing counted: what pixelmatch 7.2.0 said."""


@pytest.mark.parametrize(("asked", "answered"), RECORDED.items(), ids=str)
def test_recorded_counts(asked: tuple[int, float, bool], answered: tuple[int, int]) -> None:
    """What pixelmatch 7.2.0 answered once stands, whether Node is here or not."""
    seed, threshold, antialiasing = asked
    assert counted(*drawing.seeded(seed), threshold, antialiasing) == answered


@pytest.mark.peer
@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), threshold=st.sampled_from(THRESHOLDS), antialiasing=st.booleans())
def test_counts_are_the_references(
    pixelmatch: peer.Pixelmatch, seed: int, threshold: float, antialiasing: bool
) -> None:
    """Any two pictures of one size give the counts of pixelmatch, anti-aliased pixels too."""
    golden, candidate = drawing.seeded(seed)
    assert counted(golden, candidate, threshold, antialiasing) == pixelmatch.count(
        golden, candidate, threshold, antialiasing
    )


@pytest.mark.peer
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 5))
def test_bands_leave_no_seam(pixelmatch: peer.Pixelmatch, seed: int, rows: int) -> None:
    """However few rows are measured at a time, their neighbours are seen."""
    golden, candidate = drawing.seeded(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yiq, "_BAND", rows * golden.shape[1])
        assert counted(golden, candidate) == pixelmatch.count(golden, candidate, 0.1, False)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_distances_are_shares(seed: int) -> None:
    """The largest and the summed distance are of pixels that differ, from 0 to 1."""
    golden, candidate = drawing.seeded(seed)
    found = PlainScene(golden, candidate, None).measure(Tolerance())
    assert found.touched == int((golden != candidate).any(axis=2).sum())
    assert 0 <= found.total / max(found.touched, 1) <= found.largest + 1e-9
    assert found.largest <= 1


def test_black_and_white_are_farthest_apart() -> None:
    """White on black is nearly the whole way; nothing is no way at all."""
    black = np.full((4, 4, 4), (0, 0, 0, 255), np.uint8)
    white = np.full((4, 4, 4), 255, np.uint8)
    assert PlainScene(black, white, None).measure(Tolerance()).largest > 0.95
    assert PlainScene(black, black, None).measure(Tolerance()).touched == 0


def test_weights_never_confuse_two_colours() -> None:
    """Whole-number weights order opaque pixels as the reference does: no two colours weigh the same."""
    deltas = np.arange(-510, 511, dtype=np.int64)
    red, green, blue = (int(weight) for weight in yiq._WEIGHTS)
    share, rest = np.divmod(-(deltas[:, None] * red + deltas * green), blue)
    equal = np.argwhere((rest == 0) & (abs(share) <= 510))
    assert deltas[equal].tolist() == [[0, 0]]
