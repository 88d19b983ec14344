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


@pytest.mark.parametrize(
    "content",
    [
        (RECORDED / "difference.composite.png").read_bytes(),
        screen(size=(159, 90)),
        drawing.encoded(np.full((90, 90, 4), 255, np.uint8)),
        drawing.encoded(np.full((90, 90, 4), 90, np.uint8)),
        drawing.encoded(drawing.page(90, 90)),
        drawing.encoded(np.full((1, 1, 4), 255, np.uint8)),
        drawing.encoded(np.tile(drawing.page(90, 30), (1, 3, 1))),
    ],
    ids=["only the difference", "a screen", "white", "grey", "noise", "one pixel", "thrice the same"],
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
