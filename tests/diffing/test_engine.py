"""Both roads of comparing give the same answer to every question, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from diffing import engine, images, png
from diffing.compiled import CompiledScene
from diffing.differ import differ
from diffing.ignoring import Area
from diffing.images import Pixels
from diffing.plain import PlainScene
from diffing.scenes import Measured
from diffing.words import Box, Difference, Rules, Share, Tolerance
from tests.diffing import drawing, peer, roads

CAP = 80_000_000
SEEDS = st.integers(0, 2**32 - 1)
OWN_COUNTS = {1: 143, 2: 12437, 3: 212, 4: 36049}
"""What pixelmatch's own test asks of its pairs, at a threshold of 0.05 (test/test.js, 7.2.0)."""
MODES = ("L", "LA", "P", "RGB", "RGBA")
tolerances = st.builds(
    Tolerance,
    threshold=st.sampled_from((0.0, 0.05, 0.1, 0.3, 1.0)),
    antialiasing=st.booleans(),
    exact=st.booleans(),
    size=st.integers(0, 3),
)
regions = st.one_of(
    st.builds(Box, *[st.integers(0, 40)] * 4), st.builds(Share, *[st.floats(0, 1, allow_nan=False)] * 4)
)


@pytest.fixture(autouse=True, scope="module")
def built() -> Iterator[None]:
    """Nothing is to be compared where the core is not built."""
    with roads.on("core"):
        yield


def pair(seed: int) -> tuple[Pixels, Pixels]:
    """Draw a pair, in one case of three of two sizes."""
    golden, candidate = drawing.seeded(seed)
    return (golden, candidate[: 1 + seed % len(candidate)]) if seed % 3 == 0 else (golden, candidate)


def area(seed: int, golden: Pixels, candidate: Pixels) -> Area | None:
    """Ignore some pixels of the canvas, or none."""
    shape = max(golden.shape[0], candidate.shape[0]), max(golden.shape[1], candidate.shape[1])
    return np.random.default_rng(seed).random(shape) < 0.2 if seed % 2 else None


def written(pixels: Pixels, mode: str, level: int) -> bytes:
    """Write a PNG of some colour type."""
    image = Image.fromarray(pixels)
    image = image.convert("RGB").convert("P", colors=200) if mode == "P" else image.convert(mode)
    out = BytesIO()
    image.save(out, "PNG", compress_level=level)
    return out.getvalue()


@given(seed=SEEDS, tolerance=tolerances)
@settings(max_examples=300, deadline=None)
def test_the_core_measures_as_numpy_does(seed: int, tolerance: Tolerance) -> None:
    """Mask, counts, distances and what was exchanged are the same."""
    golden, candidate = pair(seed)
    ignored = area(seed, golden, candidate)
    core, plain = CompiledScene(golden, candidate, ignored), PlainScene(golden, candidate, ignored)
    ours, theirs = core.measure(tolerance), plain.measure(tolerance)
    assert core.equal() == plain.equal()
    assert np.array_equal(ours.mask, theirs.mask)
    assert numbers(ours) == numbers(theirs)


def numbers(found: Measured) -> tuple[object, ...]:
    """Leave out the mask."""
    return tuple(getattr(found, each.name) for each in fields(found) if each.name != "mask")


@pytest.mark.parametrize("seam", ["crossed", "above", "below"])
def test_two_threads_measure_as_one(seam: str) -> None:
    """A picture so large that its halves are measured at once, what differs lying across them or in one."""
    golden = np.random.default_rng(5).choice(np.array([0, 90, 255], np.uint8), (700, 800, 4))
    candidate = golden.copy()
    rows = {"crossed": slice(300, 420), "above": slice(0, 40), "below": slice(660, 700)}[seam]
    candidate[rows, 100:700] = np.roll(golden[rows, 100:700], 1, axis=1)
    ours, theirs = (scene(golden, candidate, None).measure(Tolerance()) for scene in (CompiledScene, PlainScene))
    assert np.array_equal(ours.mask, theirs.mask)
    assert numbers(ours) == numbers(theirs)
    assert ours.pixels > 1000


@given(seed=SEEDS, step=st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_lines_and_tallies_are_the_same(seed: int, step: int) -> None:
    """Lines that are equal for NumPy are equal for the core, and colours are counted alike."""
    golden, candidate = pair(seed)
    ignored = area(seed, golden, candidate)
    core, plain = CompiledScene(golden, candidate, ignored), PlainScene(golden, candidate, ignored)
    whole = Box(0, 0, core.size.width, core.size.height)
    for ours, theirs in ((core.rows, plain.rows), (core.columns, plain.columns)):
        changed = [golden != candidate for golden, candidate in (ours(whole, step), theirs(whole, step))]
        assert np.array_equal(*changed)
        one, two = (
            np.concatenate([golden[changed[0]], candidate[changed[0]]])
            for golden, candidate in (ours(whole, step), theirs(whole, step))
        )
        assert np.array_equal(np.equal.outer(one, one), np.equal.outer(two, two))
    counted, expected = core.tally([whole], step), plain.tally([whole], step)
    assert counted is not None
    assert expected is not None
    assert all(np.array_equal(*each) for each in zip(counted, expected, strict=True))


@given(
    seed=SEEDS,
    modes=st.tuples(st.sampled_from(MODES), st.sampled_from(MODES)),
    levels=st.tuples(st.sampled_from((0, 1, 6)), st.sampled_from((0, 1, 6))),
    tolerance=tolerances,
    ignore=st.lists(regions, max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_differences_are_the_same(
    seed: int,
    modes: tuple[str, str],
    levels: tuple[int, int],
    tolerance: Tolerance,
    ignore: list[Box | Share],
) -> None:
    """A whole comparison of two PNGs, of any colour types and ways to compress, says the same on both roads."""
    golden, candidate = pair(seed)
    files = written(golden, modes[0], levels[0]), written(candidate, modes[1], levels[1])
    rules = Rules(tolerance=tolerance, ignore=tuple(ignore))
    ours = differ(*files, rules)
    with roads.on("numpy"):
        theirs = differ(*files, rules)
    assert drawn(ours) == drawn(theirs)


def drawn(difference: Difference) -> tuple[Difference, bytes]:
    """Set the mask's pixels apart from how they were compressed."""
    mask = b"" if difference.mask is None else images.read(difference.mask, most_pixels=CAP).frames[0].tobytes()
    return replace(difference, mask=None), mask


@given(seed=SEEDS, mode=st.sampled_from(MODES), level=st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_the_fast_road_reads_what_pillow_reads(seed: int, mode: str, level: int) -> None:
    """Each pixel of a common PNG is the same, whoever decodes it."""
    content = written(drawing.seeded(seed)[0], mode, level)
    raw = png.read(content, most_pixels=CAP)
    assert raw is not None
    assert CompiledScene(raw, images.read(content, most_pixels=CAP).frames[0], None).equal()


@pytest.mark.peer
@given(seed=SEEDS, threshold=st.sampled_from((0.0, 0.01, 0.1, 0.2, 0.5)), antialiasing=st.booleans())
@settings(max_examples=2000, deadline=None)
def test_the_core_counts_as_pixelmatch_does(
    pixelmatch: peer.Pixelmatch, seed: int, threshold: float, antialiasing: bool
) -> None:
    """Two thousand pairs give the counts of the reference, anti-aliased pixels too."""
    golden, candidate = drawing.seeded(seed)
    found = engine.scene(golden, candidate, None).measure(
        Tolerance(threshold=threshold, antialiasing=antialiasing)
    )
    assert (found.pixels, found.antialiased) == pixelmatch.count(golden, candidate, threshold, antialiasing)


@pytest.mark.peer
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("threshold", [0.03, 0.05, 0.1])
@pytest.mark.parametrize("antialiasing", [False, True])
def test_the_references_own_pictures(
    pixelmatch: peer.Pixelmatch, number: int, threshold: float, antialiasing: bool
) -> None:
    """The pairs with which pixelmatch tests itself give its counts, read on the fast road."""
    golden, candidate = (peer.FIXTURES.joinpath(f"{number}{side}.png").read_bytes() for side in "ab")
    difference = differ(
        golden, candidate, Rules(tolerance=Tolerance(threshold=threshold, antialiasing=antialiasing))
    )
    frames = [images.read(content, most_pixels=CAP).frames[0] for content in (golden, candidate)]
    expected = pixelmatch.count(frames[0], frames[1], threshold, antialiasing)
    assert (difference.pixels, difference.antialiased) == expected
    if (threshold, antialiasing) == (0.05, False):
        assert difference.pixels == OWN_COUNTS[number]
