"""Any two files give a difference that says what kind of change it is."""

from __future__ import annotations

import warnings
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from diffing.differ import differ, within
from diffing.images import Pixels
from diffing.words import Box, Difference, Kind, Outcome, Rules, Size, Tolerance
from tests.diffing import drawing
from tests.diffing.paper import pdf
from tests.diffing.test_svgs import svg

TOTAL = drawing.written("Total")
FILES = [
    drawing.encoded(TOTAL),
    drawing.encoded(TOTAL[:, :, :3], "JPEG"),
    drawing.encoded(TOTAL, "GIF"),
    drawing.encoded(TOTAL, "WEBP"),
    drawing.encoded(TOTAL, "TIFF"),
    drawing.encoded(TOTAL[:, :, :3], "BMP"),
    drawing.encoded(TOTAL, "AVIF"),
    drawing.encoded(drawing.written("Total", (120, 61))),
    b'{"a": [1, 2, "x"]}\n',
    b"line\nline two\n",
    b"a: &x [1, yes]\nb: *x # why\n",
    svg(),
    pdf(),
    b"\x00\x01binary",
    b"",
]


def found(golden: Pixels, candidate: Pixels, rules: Rules | None = None) -> Difference:
    """Compare two pictures as PNGs."""
    return differ(drawing.encoded(golden), drawing.encoded(candidate, compress_level=1), rules or Rules())


def filled(pixels: Pixels, box: Box, colour: tuple[int, int, int]) -> Pixels:
    """Fill a box of a copy."""
    copy = pixels.copy()
    copy[box.top : box.top + box.height, box.left : box.left + box.width] = (*colour, 255)
    return copy


def test_equal_bytes_are_the_same() -> None:
    """Nothing is read to tell that a file is itself, not even a broken one."""
    assert differ(b"\x89PNG broken", b"\x89PNG broken", Rules()) == Difference(outcome=Outcome.SAME)


def test_other_bytes_of_the_same_pixels() -> None:
    """A re-encoded picture is changed, of the most harmless kind."""
    difference = found(TOTAL, TOTAL)
    assert (difference.outcome, difference.kind, difference.pixels) == (Outcome.CHANGED, Kind.ENCODING_ONLY, 0)
    assert difference.mask is None
    assert difference.golden_size == difference.candidate_size == Size(120, 60)


def test_another_profile_of_the_same_pixels() -> None:
    """The label names what differs beside the pixels."""
    other = drawing.encoded(TOTAL, icc_profile=b"a profile", dpi=(300, 300))
    difference = differ(drawing.encoded(TOTAL), other, Rules())
    assert difference.kind is Kind.METADATA_ONLY
    assert difference.why == "Every pixel is the same; other colour profile and resolution."


def test_another_format_of_the_same_pixels() -> None:
    """A PNG that became a lossless WebP is told as such."""
    difference = differ(drawing.encoded(TOTAL), drawing.encoded(TOTAL, "WEBP", lossless=True), Rules())
    assert difference.kind is Kind.ENCODING_ONLY
    assert difference.why.endswith("PNG became WEBP.")


def deep(shade: int, level: int = 6) -> bytes:
    """Write a PNG of 16 bits a sample."""
    return drawing.encoded(np.full((4, 4), shade, np.uint16), compress_level=level)


def test_what_only_the_lower_bits_hold_is_said() -> None:
    """Samples that differ by less than a step of 8 bits are no pixels that differ, and no re-encoding either."""
    difference = differ(deep(25700), deep(25701), Rules())
    assert (difference.kind, difference.pixels) == (Kind.CONTENT, 0)
    assert difference.why == "Only the lower 8 of 16 bits a sample differ; the upper 8 are compared."


def test_the_same_deep_samples_are_an_encoding() -> None:
    """Packed in another way, 16 bits are still the same 16 bits."""
    assert differ(deep(25700), deep(25700, level=0), Rules()).kind is Kind.ENCODING_ONLY


def test_where_nobody_looks_below_it_is_said() -> None:
    """Of a deep picture beside a shallow one, 8 bits are compared."""
    shallow = drawing.encoded(np.full((4, 4), 100, np.uint8))
    assert differ(shallow, deep(25700), Rules()).why.endswith("Of 16 bits a sample, 8 are compared.")


def test_a_changed_word_is_content() -> None:
    """Counts, distances, one box around the word, and a mask that agrees with the counts."""
    difference = found(TOTAL, drawing.written("Paid"))
    assert difference.kind is Kind.CONTENT
    assert difference.pixels > 50
    assert difference.ratio == difference.pixels / 7200
    assert 0.1 < difference.mean <= difference.largest <= 1
    (box,) = difference.boxes
    assert 8 <= box.left < box.left + box.width < 60
    assert difference.mask is not None
    with Image.open(BytesIO(difference.mask)) as mask:
        assert (mask.size, mask.mode) == ((120, 60), "P")
        counts = np.bincount(np.asarray(mask).ravel(), minlength=3)
    assert counts[1:].tolist() == [difference.antialiased, difference.pixels]


def test_another_size() -> None:
    """Both stand on a canvas that holds both; what the smaller one lacks differs."""
    difference = found(TOTAL, drawing.written("Total", (120, 64)))
    assert (difference.kind, difference.pixels) == (Kind.RESIZED, 4 * 120)
    assert difference.boxes == (Box(0, 60, 120, 4),)
    assert difference.why == "120×60 became 120×64."


def test_another_size_that_also_moved() -> None:
    """A page that grew because something was put in says what moved."""
    page = drawing.page(200, 100)
    grown = np.vstack((page[:20], np.zeros_like(page[:8]), page[20:]))
    assert found(page, grown).why == "100×200 became 100×208; rows 20–199 moved down by 8 px."


def test_moved_rows() -> None:
    """A moved layout is told from other content."""
    page = drawing.page(200, 100)
    assert found(page, np.roll(page, 6, axis=0)).kind is Kind.SHIFTED


def test_other_colours() -> None:
    """The same shapes in another colour."""
    paper = np.full((80, 120, 4), 255, np.uint8)
    box = Box(30, 20, 50, 16)
    difference = found(filled(paper, box, (0, 90, 250)), filled(paper, box, (0, 200, 90)))
    assert (difference.kind, difference.pixels, difference.boxes) == (Kind.RECOLOURED, 800, (box,))


def test_only_antialiased_edges() -> None:
    """A disc that another rasteriser smoothed differs in no pixel that counts."""
    y, x = np.mgrid[:40, :40]
    golden, candidate = (
        np.dstack([np.clip(np.hypot(y - 20, x - 20) - 12 + soft, 0, 1) * 255] * 3 + [np.full((40, 40), 255)])
        for soft in (0.3, 0.7)
    )
    difference = found(golden.astype(np.uint8), candidate.astype(np.uint8))
    assert (difference.kind, difference.pixels) == (Kind.ANTIALIASING_ONLY, 0)
    assert difference.antialiased > 20
    assert difference.boxes
    counted = found(
        golden.astype(np.uint8), candidate.astype(np.uint8), Rules(tolerance=Tolerance(antialiasing=True))
    )
    assert (counted.pixels, counted.antialiased) == (difference.antialiased, 0)


def test_below_the_threshold_is_still_changed() -> None:
    """A tolerance ranks, and never makes two pictures the same: that is decided elsewhere."""
    difference = found(TOTAL, np.clip(TOTAL, 0, 250), Rules(tolerance=Tolerance(pixels=10**6)))
    assert (difference.outcome, difference.pixels) == (Outcome.CHANGED, 0)
    assert 0 < difference.largest < 0.1
    assert difference.why == "No pixel differs by more than the threshold."


def test_ignored_boxes_are_not_compared() -> None:
    """A clock in the corner may say what it likes; boxes may hang over the edge."""
    ignored = Rules(ignore=(Box(-5, -5, 40, 20), Box(110, 50, 99, 99)))
    clock = filled(TOTAL, Box(2, 2, 20, 8), (200, 0, 0))
    difference = found(TOTAL, clock, ignored)
    assert (difference.pixels, difference.why) == (0, "Only ignored regions differ.")
    assert found(TOTAL, filled(clock, Box(60, 50, 4, 4), (0, 0, 0)), ignored).pixels == 16


def test_animations_are_compared_frame_by_frame() -> None:
    """A dot in the third of four frames is found; a missing frame is told."""
    frames = [np.roll(TOTAL, 7 * n, axis=1) for n in range(4)]
    changed = [*frames[:2], filled(frames[2], Box(90, 40, 9, 9), (0, 0, 0)), frames[3]]
    golden, candidate, short = (
        drawing.encoded(
            shown[0], "PNG", save_all=True, append_images=[Image.fromarray(frame) for frame in shown[1:]]
        )
        for shown in (frames, changed, frames[:3])
    )
    difference = differ(golden, candidate, Rules())
    assert (difference.pixels, difference.boxes) == (81, (Box(90, 40, 9, 9),))
    assert difference.ratio == 81 / (7200 * 4)
    assert differ(golden, short, Rules()).why == "4 frames became 3."


def test_the_same_change_has_the_same_fingerprint() -> None:
    """One button changed in two screens is one change, wherever it stands; in another colour it has its form."""
    paper = np.full((80, 120, 4), 255, np.uint8)
    one = found(paper, filled(paper, Box(10, 10, 30, 12), (9, 9, 9)))
    two = found(
        drawing.written("Total", (140, 90), (4, 50)),
        filled(drawing.written("Total", (140, 90), (4, 50)), Box(80, 5, 30, 12), (9, 9, 9)),
    )
    other = found(paper, filled(paper, Box(10, 10, 30, 12), (200, 9, 9)))
    assert (one.fingerprint, one.exchange) == (two.fingerprint, two.exchange)
    assert one.fingerprint == other.fingerprint
    assert one.exchange != other.exchange
    assert {len(one.fingerprint), len(one.exchange)} == {64}


def test_whoever_wants_no_mask_is_told_all_the_same() -> None:
    """Counts, boxes and names do not depend on it."""
    told = found(TOTAL, drawing.written("Paid"))
    plain = differ(drawing.encoded(TOTAL), drawing.encoded(drawing.written("Paid")), Rules(mask=False))
    assert told.mask is not None
    assert plain == replace(told, mask=None)


def test_an_unreadable_golden_is_replaced() -> None:
    """The way out of a broken golden is to approve the new one."""
    difference = differ(FILES[0][:100], FILES[0], Rules())
    assert (difference.outcome, difference.kind) == (Outcome.CHANGED, Kind.CONTENT)
    assert (difference.golden_size, difference.candidate_size) == (None, Size(120, 60))
    assert difference.why.startswith("The golden is a damaged PNG")
    assert not within(difference, Tolerance(ratio=1.0))


@pytest.mark.parametrize("golden", [FILES[0], FILES[0][:100]])
def test_an_unreadable_candidate_says_what_mends_it(golden: bytes) -> None:
    """Whatever the golden is, a broken candidate is no candidate."""
    difference = differ(golden, FILES[0][:-40], Rules())
    assert difference.outcome is Outcome.UNREADABLE
    assert difference.why.startswith("The candidate is a damaged PNG")
    assert difference.why.endswith("let CI draw and keep it again.")


def test_other_bytes_are_located() -> None:
    """Binary files say where they begin to differ."""
    assert (
        differ(b"\x00abcd", b"\x00abXde", Rules()).why == "5 bytes became 6; the first other byte is at 3 (0x3)."
    )
    assert differ(b"\x00ab", b"\x00abc", Rules()).why == "3 bytes became 4; the first other byte is at 3 (0x3)."


def test_svg_is_text() -> None:
    """What only looks like an SVG, without its namespace, is read and not drawn."""
    difference = differ(b"<svg width='1'/>\n", b"<svg width='2'/>\n", Rules())
    assert (difference.kind, difference.pixels, difference.golden_size) == (Kind.CONTENT, 1, None)


@pytest.mark.parametrize(
    ("tolerance", "let_pass"),
    [
        (Tolerance(), False),
        (Tolerance(pixels=15), False),
        (Tolerance(pixels=16), True),
        (Tolerance(ratio=0.002), False),
        (Tolerance(ratio=0.0025), True),
    ],
)
def test_within(tolerance: Tolerance, let_pass: bool) -> None:
    """So many pixels or such a share, whichever allows more."""
    paper = np.full((80, 80, 4), 255, np.uint8)
    assert within(found(paper, filled(paper, Box(9, 9, 4, 4), (0, 0, 0))), tolerance) is let_pass


@pytest.mark.parametrize(
    ("golden", "candidate"), [(b"a\n", b"b\n"), (FILES[0], FILES[7]), (FILES[0], b""), (b"\x00a", b"\x00b")]
)
def test_only_pictures_of_one_size_are_within(golden: bytes, candidate: bytes) -> None:
    """No tolerance lets another text, another size or a broken file pass."""
    assert not within(differ(golden, candidate, Rules()), Tolerance(pixels=10**9, ratio=1.0))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Break a real file: cut it, flip bytes, put bytes in."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(["cut", "flip", "insert", "length"])):
            case "cut":
                del content[at : at + draw(st.integers(1, 40))]
            case "flip" if at < len(content):
                content[at] ^= draw(st.integers(1, 255))
            case "insert":
                content[at:at] = draw(st.binary(max_size=20))
            case _:
                content[at : at + 4] = draw(
                    st.sampled_from([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff"])
                )
    return bytes(content)


@given(mutated() | st.binary(max_size=300), mutated() | st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_it_raise(golden: bytes, candidate: bytes) -> None:
    """Whatever the bytes are, there is a difference, the same each time, and nothing is warned of."""
    rules = Rules(most_pixels=1_000_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        difference = differ(golden, candidate, rules)
    assert (difference.outcome is Outcome.SAME) == (golden == candidate)
    assert difference.why or difference.kind is Kind.CONTENT or difference.outcome is Outcome.SAME
    assert differ(golden, candidate, rules) == difference
