"""Cut the candidate out of a composite: golden, difference and candidate in one picture, side by side or stacked.

jest-image-snapshot draws such composites, and Cypress's plugins by its means (src/diff-snapshot.js and
src/image-composer.js there). What lies where is not taken on trust: the middle has to be the difference of
the outer two, as pixelmatch or ssim.js draws it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diffing import images
from diffing.images import Pixels
from diffing.words import Refused

Thirds = tuple[Pixels, Pixels, Pixels]
"""Golden, difference, candidate."""
Shades = NDArray[np.float32]
Marks = NDArray[np.bool_]

_BAND = 1 << 18
"""Pixels that are looked at together, so that memory does not grow with the picture."""
_MOST_SAMPLES = 20_000
_LUMA = np.array((0.29889531, 0.58662247, 0.11448223), np.float32)
_USUAL_ALPHA, _LARGEST_ALPHA = 0.1, 0.9
_ROUNDED = 2.5
_MOST_COLOURS = 3
"""pixelmatch marks by `diffColor`, `diffColorAlt` and `aaColor`."""
_STRONG = 128
"""So unlike in one channel, two pixels differ for every threshold that anybody sets."""
_PALE = 64
_ENOUGH = 0.98
_PAD = 64
_NO_COMPOSITE = (
    "is no composite of golden, difference and candidate, or may be one in two ways: let the tests keep what "
    "they drew in a file of its own (`storeReceivedOnFailure: true`)"
)


def third(content: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Give the candidate in a composite as a PNG.

    Raises Refused with a clause that goes on from "The candidate …" where it is no such composite."""
    picture = images.read(content, most_pixels=most_pixels)
    all_ways = list(_ways(picture.frames[0]))
    ways = [thirds for thirds in all_ways if _by_similarity(thirds[1])]
    ways = ways or [thirds for thirds in all_ways if _by_pixels(thirds)]
    if len(picture.frames) != 1 or len(ways) != 1:
        raise Refused(_NO_COMPOSITE)
    golden, _, candidate = ways[0]
    return _png(_without_padding(candidate, golden))


def _ways(frame: Pixels) -> Iterator[Thirds]:
    height, width = frame.shape[:2]
    if width % 3 == 0:
        step = width // 3
        yield frame[:, :step], frame[:, step : 2 * step], frame[:, 2 * step :]
    if height % 3 == 0:
        step = height // 3
        yield frame[:step], frame[step : 2 * step], frame[2 * step :]


def _by_similarity(middle: Pixels) -> bool:
    """Is this ssim.js's map as jest-image-snapshot draws it: red, the more opaque the more differs?

    It goes past its last row and column, where nothing is drawn, and may spill over into blue."""
    red, green, blue, alpha = (middle[:, :, channel] for channel in range(4))
    nothing = (red == 0) & (alpha == 0)
    drawn = bool((((red == 255) | nothing) & (green == 0) & (blue <= 1)).all())
    return drawn and bool((alpha != alpha[0, 0]).any())


def _by_pixels(thirds: Thirds) -> bool:
    """Is the middle what pixelmatch draws: few flat colours where the outer two differ, elsewhere pale grey?"""
    alpha = _alpha(thirds)
    seen = explained = marked = 0
    colours: set[int] = set()
    for golden, middle, candidate in _bands(thirds):
        unlike = _unlike(golden, candidate)
        told = (golden != candidate).any(axis=2) | (middle != candidate).any(axis=2)
        grey = _is_grey(middle) & (np.abs(_dark(middle) - alpha * _dark(candidate)) <= _ROUNDED)
        flat = ~_is_grey(middle) & (unlike > 0)
        colours.update(np.unique(_packed(middle[flat])).tolist())
        if len(colours) > _MOST_COLOURS:
            return False
        seen += int(told.sum())
        explained += int((told & (flat | (grey & (unlike < _STRONG)))).sum())
        marked += int(flat.sum())
    return marked > 0 and explained >= _ENOUGH * seen and _shows_more(thirds, colours)


def _shows_more(thirds: Thirds, colours: set[int]) -> bool:
    """Do the outer two show more than marks on pale grey? A difference alone, cut in three, does not."""
    for golden, _, candidate in _bands(thirds):
        for outer in (golden, candidate):
            strong = ~_is_grey(outer) | (_dark(outer) > _PALE)
            if not np.isin(_packed(outer[strong]), list(colours)).all():
                return True
    return False


def _bands(thirds: Thirds) -> Iterator[Thirds]:
    height, width = thirds[0].shape[:2]
    step = max(1, _BAND // max(1, width))
    for top in range(0, height, step):
        golden, middle, candidate = (each[top : top + step] for each in thirds)
        yield golden, middle, candidate


def _alpha(thirds: Thirds) -> float:
    """Measure how pale the difference draws what is the same: its darkness beside the candidate's."""
    height, width = thirds[0].shape[:2]
    step = max(1, round((height * width / _MOST_SAMPLES) ** 0.5))
    _, middle, candidate = (each[::step, ::step] for each in thirds)
    dark = _dark(candidate)
    fit = _is_grey(middle) & (dark > _PALE)
    if not fit.any():
        return _USUAL_ALPHA
    return min(_LARGEST_ALPHA, float(np.median(_dark(middle)[fit] / dark[fit])))


def _dark(pixels: Pixels) -> Shades:
    """Give how far pixels on white are from white, 0 to 255, by their luma."""
    shade: Shades = _on_white(pixels) @ _LUMA
    return shade


def _unlike(one: Pixels, other: Pixels) -> Shades:
    """Give the largest difference of a channel, on white."""
    furthest: Shades = np.abs(_on_white(one) - _on_white(other)).max(axis=2)
    return furthest


def _on_white(pixels: Pixels) -> Shades:
    """Give how far each channel is from white, 0 to 255."""
    opacity = pixels[:, :, 3:].astype(np.float32) / 255
    return ((255 - pixels[:, :, :3].astype(np.float32)) * opacity).astype(np.float32)


def _is_grey(pixels: Pixels) -> Marks:
    grey: Marks = (pixels[:, :, 0] == pixels[:, :, 1]) & (pixels[:, :, 1] == pixels[:, :, 2])
    return grey


def _packed(pixels: Pixels) -> NDArray[np.uint32]:
    return np.ascontiguousarray(pixels).view(np.uint32)


def _without_padding(candidate: Pixels, golden: Pixels) -> Pixels:
    """Cut off what jest-image-snapshot fills up where the candidate was smaller: transparent or faint black."""
    black = ~candidate[:, :, :3].any(axis=2) & np.isin(candidate[:, :, 3], (0, _PAD))
    rows, columns = np.flatnonzero(~black.all(axis=1)), np.flatnonzero(~black.all(axis=0))
    if not rows.size:
        return candidate
    height, width = int(rows[-1]) + 1, int(columns[-1]) + 1
    filled = (candidate[height:], candidate[:, width:])
    same = (golden[height:], golden[:, width:])
    if np.array_equal(filled[0], same[0]) and np.array_equal(filled[1], same[1]):
        return candidate  # the golden ends so too: this is the picture itself
    expected = np.zeros(black.shape, np.uint8)
    expected[height + 1 :], expected[:, width + 1 :] = _PAD, _PAD
    whole = np.array_equal(candidate[height:, :, 3], expected[height:]) and np.array_equal(
        candidate[:, width:, 3], expected[:, width:]
    )
    return candidate[:height, :width] if whole else candidate


def _png(pixels: Pixels) -> bytes:
    opaque = bool((pixels[:, :, 3] == 255).all())
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[:, :, :3] if opaque else pixels)).save(out, "PNG")
    return out.getvalue()
