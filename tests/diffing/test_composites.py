"""The candidate is cut out of a composite, and out of nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import composites, images
from diffing.images import Pixels
from diffing.words import Refused
from tests.diffing import drawing
from tests.stories.screens import screen

RECORDED = Path(__file__).parents[1] / "recorded/composites/output"
WHOLE = sorted({file.name.partition(".")[0] for file in RECORDED.iterdir()} - {"difference"})


def pixels(content: bytes) -> Pixels:
    """Decode a picture."""
    return images.read(content, most_pixels=80_000_000).frames[0]


@pytest.mark.parametrize("scenario", WHOLE)
def test_the_candidate_of_a_recorded_composite(scenario: str) -> None:
    """Side by side or stacked, by pixelmatch or ssim.js, taller or smaller: the very pixels that were received."""
    candidate = pixels((RECORDED / f"{scenario}.candidate.png").read_bytes())
    cut = composites.third((RECORDED / f"{scenario}.composite.png").read_bytes())
    assert np.array_equal(pixels(cut), candidate)


def test_it_is_the_same_to_the_byte_each_time() -> None:
    """A decision names the candidate's digest, so that cutting again must not make another one."""
    composite = (RECORDED / "horizontal.composite.png").read_bytes()
    assert composites.third(composite) == composites.third(composite)


def marks() -> Pixels:
    """Draw the difference of two pictures that have nothing in common but one pixel."""
    drawn = np.full((31, 30, 4), (255, 0, 0, 255), np.uint8)
    drawn[0, 0] = (230, 230, 230, 255)
    return drawn


@pytest.mark.parametrize(
    "content",
    [
        drawing.encoded(marks()),
        (RECORDED / "difference.composite.png").read_bytes(),
        screen(size=(159, 90)),
        drawing.encoded(np.full((90, 90, 4), 255, np.uint8)),
        drawing.encoded(np.full((90, 90, 4), 90, np.uint8)),
        drawing.encoded(drawing.page(90, 90)),
        drawing.encoded(np.full((1, 1, 4), 255, np.uint8)),
        drawing.encoded(np.tile(drawing.page(90, 30), (1, 3, 1))),
    ],
    ids=[
        "only marks",
        "only the difference",
        "a screen",
        "white",
        "grey",
        "noise",
        "one pixel",
        "thrice the same",
    ],
)
def test_what_is_no_composite_is_refused(content: bytes) -> None:
    """With the option that makes the tests keep what they drew."""
    with pytest.raises(Refused, match="storeReceivedOnFailure"):
        composites.third(content)


def test_what_is_no_picture_is_refused() -> None:
    """In the words that every picture is refused with, animations as composites never are."""
    with pytest.raises(Refused, match="no image"):
        composites.third(b"text")
    with pytest.raises(Refused, match="megapixels"):
        composites.third(screen(), most_pixels=100)


def box(left: int) -> Pixels:
    """Draw a dark box on white."""
    drawn = np.full((31, 60, 4), 255, np.uint8)
    drawn[5:25, left : left + 20, :3] = 40
    return drawn


@pytest.mark.parametrize(
    ("candidate", "marked"),
    [(box(5), np.s_[5:25, 5:25]), (box(35), np.s_[6, 6])],
    ids=["marks where nothing differs", "no marks where all differs"],
)
def test_a_middle_that_is_not_the_difference_is_refused(candidate: Pixels, marked: tuple[slice, slice]) -> None:
    """Three pictures of one size are no composite if the middle one says something else."""
    middle = _difference(candidate, candidate, 0.1)
    middle[marked] = (255, 0, 0, 255)
    with pytest.raises(Refused, match="no composite"):
        composites.third(drawing.encoded(np.concatenate((box(5), middle, candidate), 1)))
    whole = np.concatenate((box(5), _difference(box(5), box(35), 0.1), box(35)), 1)
    assert np.array_equal(pixels(composites.third(drawing.encoded(whole))), box(35))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.booleans(), st.sampled_from([0.1, 0.5]))
def test_a_composite_of_any_pair_is_cut_rightly_or_not_at_all(seed: int, stacked: bool, alpha: float) -> None:
    """Noise, few colours, discs with transparency: never is something else taken for the candidate."""
    golden, candidate = drawing.seeded(seed)
    composite = np.concatenate((golden, _difference(golden, candidate, alpha), candidate), 0 if stacked else 1)
    try:
        cut = pixels(composites.third(drawing.encoded(composite)))
    except Refused:
        return
    assert np.array_equal(cut, candidate)


def _difference(golden: Pixels, candidate: Pixels, alpha: float) -> Pixels:
    """Draw as pixelmatch does, by the largest channel instead of the colours' distance."""
    luma = candidate[:, :, :3] @ np.array((0.29889531, 0.58662247, 0.11448223))
    grey = 255 + (luma - 255) * (alpha * candidate[:, :, 3] / 255)
    drawn = np.dstack([grey, grey, grey, np.full_like(grey, 255)]).astype(np.uint8)
    unlike = np.abs(golden.astype(int) - candidate).max(axis=2) > 20
    drawn[unlike] = (255, 0, 0, 255)
    return drawn
