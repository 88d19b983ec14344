"""What is ignored is not compared, and everything else is."""

from __future__ import annotations

import numpy as np
import pytest

from diffing.differ import differ, within
from diffing.images import Pixels
from diffing.words import Box, Difference, Kind, Outcome, Rules, Share, Tolerance
from tests.diffing import drawing

pytestmark = pytest.mark.usefixtures("road")
PAPER = np.full((80, 120, 4), 255, np.uint8)
INK = (9, 9, 9, 255)


def inked(pixels: Pixels, left: int, top: int, width: int, height: int) -> Pixels:
    """Draw a dark rectangle."""
    drawn = pixels.copy()
    drawn[top : top + height, left : left + width] = INK
    return drawn


def found(candidate: Pixels, golden: Pixels = PAPER, **rules: object) -> Difference:
    """Compare two pictures by these rules."""
    return differ(drawing.encoded(golden), drawing.encoded(candidate), Rules(**rules))  # type: ignore[arg-type]


def test_shares_cover_every_pixel_they_touch() -> None:
    """A tenth of 120 pixels from a quarter on: 30 to 42."""
    candidate = inked(PAPER, 28, 20, 16, 1)
    difference = found(candidate, ignore=(Share(0.25, 0.25, 0.1, 0.01),))
    assert difference.pixels == 4
    assert difference.boxes == (Box(28, 20, 2, 1), Box(42, 20, 2, 1))


def test_a_mask_is_painted_where_it_is_opaque() -> None:
    """Any colour on transparency will do."""
    mask = np.zeros((80, 120, 4), np.uint8)
    mask[10:20, 10:30] = (0, 0, 0, 255)
    inside, across = inked(PAPER, 12, 12, 8, 4), inked(PAPER, 12, 12, 30, 4)
    assert found(inside, masks=(drawing.encoded(mask),)).why == "Only ignored regions differ."
    assert found(across, masks=(drawing.encoded(mask),)).pixels == 48


def test_a_mask_without_transparency_is_painted_where_it_is_light() -> None:
    """White on black, as other tools have them."""
    mask = np.zeros((80, 120, 3), np.uint8)
    mask[10:20, 10:30] = 255
    assert found(inked(PAPER, 12, 12, 30, 4), masks=(drawing.encoded(mask),)).pixels == 48


@pytest.mark.parametrize("shape", [(20, 30), (400, 300)])
def test_a_mask_of_another_size_lies_at_the_top_left(shape: tuple[int, int]) -> None:
    """What a smaller one does not reach is compared; what a larger one has more is of no use."""
    mask = np.zeros((*shape, 4), np.uint8)
    mask[10:20, 10:30] = 255
    assert found(inked(PAPER, 12, 12, 30, 4), masks=(drawing.encoded(mask),)).pixels == 48


def test_a_broken_mask_is_said() -> None:
    """Nobody knows what was to be ignored, so nothing is compared."""
    difference = found(inked(PAPER, 1, 1, 2, 2), masks=(b"no picture",))
    assert difference.outcome is Outcome.UNREADABLE
    assert difference.why.startswith("The candidate cannot be compared: a mask of the configuration is no image")


def test_sizes_may_drift_as_far_as_is_said() -> None:
    """One row more is let pass with `size: 1`: it is not counted, and what else differs is."""
    taller = np.concatenate([PAPER, PAPER[:1]])
    allowed, not_allowed = Tolerance(size=1), Tolerance()
    difference = found(taller, tolerance=allowed)
    assert (difference.kind, difference.pixels) == (Kind.RESIZED, 0)
    assert difference.why == "120×80 became 120×81, which the tolerance allows."
    assert within(difference, allowed)
    assert not within(found(taller, tolerance=not_allowed), not_allowed)
    assert not within(found(inked(taller, 3, 3, 4, 4), tolerance=allowed), allowed)


def test_exact_counts_what_no_eye_sees() -> None:
    """One step of blue, and colours under full transparency, are pixels that differ."""
    golden = np.zeros((8, 8, 4), np.uint8)
    candidate = golden.copy()
    candidate[0, 0] = (0, 0, 1, 0)
    assert found(candidate, golden).pixels == 0
    assert found(candidate, golden, tolerance=Tolerance(exact=True)).pixels == 1
    nearly = PAPER.copy()
    nearly[4, 4, 2] = 254
    assert found(nearly).pixels == 0
    assert found(nearly, tolerance=Tolerance(exact=True)).pixels == 1
