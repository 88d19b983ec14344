"""Draw differences for people, what browsers do not show, and small versions of pictures, as PNGs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diffing import chunks, drawn, indexed, levels, maskfile, streams
from diffing.images import Pixels
from diffing.levels import Levels
from diffing.words import Refused

_DIMMED = 0.18
"""What is left of the candidate's contrast under a difference."""
_BITS = 4
_GREYS = 14
"""So many pale greys are enough under the marks, which are the last two of sixteen colours."""
_PALETTE = (
    bytes(round(255 - (255 - 255 * grey / (_GREYS - 1)) * _DIMMED) for grey in range(_GREYS) for _ in range(3))
    + maskfile.PALETTE[3:]
)
_MOST_FRAMES = 40
"""So many pages or frames are shown, one below the other."""
_GAP = 12
_TALLEST = 3
"""So many times its width may a small picture be tall: a phone's screen is seen whole."""
Indexes = NDArray[np.uint8]
"""Height × width: places in `_PALETTE`."""
_NOTHING: Pixels = np.zeros((1, 1, 4), np.uint8)


def difference(golden: bytes, candidate: bytes, mask: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Draw a mask over the dimmed candidate: red differs, yellow is anti-aliased.

    Where the candidate ends before the mask does, the dimmed golden shows. Of several pages or frames, those that
    differ stand one below the other. Raises Refused."""
    marks = _marks(mask, most_pixels)
    under = levels.quickly(candidate, most_pixels=most_pixels)
    if under is not None and under.shape == marks.shape and _still(golden):
        return _indexed(_marked(under, marks))
    before = drawn.read(golden, most_pixels=most_pixels).frames
    after = drawn.read(candidate, most_pixels=most_pixels).frames
    if len(before) == len(after) == 1:
        return _indexed(_over(before[0], after[0], marks))
    unlike = islice(_unlike(before, after), _MOST_FRAMES)
    pages = [_coloured(_over(one, two, marks[: at.shape[0], : at.shape[1]] * at)) for one, two, at in unlike]
    return _png(_stacked(pages, "white"))


def sheet(content: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Draw a picture that browsers do not show, or must not: SVG, PDF, TIFF. Pages stand one below the other."""
    frames = drawn.read(content, most_pixels=most_pixels).frames[:_MOST_FRAMES]
    pages = [Image.fromarray(np.ascontiguousarray(frame), "RGBA") for frame in frames]
    return _png(pages[0] if len(pages) == 1 else _stacked(pages, (0, 0, 0, 0)))


def _over(golden: Pixels, candidate: Pixels, marks: Levels) -> Indexes:
    height, width = marks.shape
    canvas = np.full((height, width), 255, np.uint8)
    for frame in (golden, candidate):
        under = levels.of(frame)[:height, :width]
        canvas[: under.shape[0], : under.shape[1]] = under
    return _marked(canvas, marks)


def _still(content: bytes) -> bool:
    """Is it a PNG of one frame?"""
    apart = chunks.take_apart(content)
    return apart is not None and not apart.animated


def _marked(under: Levels, marks: Levels) -> Indexes:
    """Lay marks, which are the highest indexes, over what is to be pale."""
    greys: Indexes = (under >> np.uint8(3)) * np.uint8(7) >> np.uint8(4)  # 256 levels to 14, in bytes
    return np.maximum(greys, marks, out=greys)


def _indexed(indexes: Indexes) -> bytes:
    """Write a picture of sixteen colours as PNG, two pixels a byte."""
    height, width = indexes.shape
    if width % 2:
        indexes = np.pad(indexes, ((0, 0), (0, 1)))
    two = np.ascontiguousarray(indexes).view("<u2")
    rows = np.zeros((height, 1 + two.shape[1]), np.uint8)
    rows[:, 1:] = two << 4 | two >> 8
    return indexed.write(streams.deflated(rows.tobytes()), width, height, bits=_BITS, palette=_PALETTE)


def _coloured(indexes: Indexes) -> Image.Image:
    image = Image.fromarray(indexes, "P")
    image.putpalette(_PALETTE)
    return image.convert("RGB")


def _unlike(before: Sequence[Pixels], after: Sequence[Pixels]) -> Iterator[tuple[Pixels, Pixels, Pixels]]:
    """Give the frames that differ, and where: the mask is of all frames together."""
    for one, two in zip_longest(before, after, fillvalue=_NOTHING):
        height, width = (max(one.shape[axis], two.shape[axis]) for axis in (0, 1))
        sides = (_padded(one, height, width), _padded(two, height, width))
        differs = (sides[0] != sides[1]).any(axis=2)
        if differs.any():
            yield one, two, differs.astype(np.uint8)


def _padded(frame: Pixels, height: int, width: int) -> Pixels:
    if frame.shape[:2] == (height, width):
        return frame
    canvas: Pixels = np.zeros((height, width, 4), np.uint8)
    canvas[: frame.shape[0], : frame.shape[1]] = frame
    return canvas


def _stacked(pages: Sequence[Image.Image], ground: str | tuple[int, ...]) -> Image.Image:
    width, height = max(page.width for page in pages), sum(page.height + _GAP for page in pages) - _GAP
    canvas, top = Image.new(pages[0].mode, (width, height), ground), 0
    for page in pages:
        canvas.paste(page, (0, top))
        top += page.height + _GAP
    return canvas


def thumbnail(content: bytes, *, most: int = 320, most_pixels: int = 80_000_000) -> bytes:
    """Draw an image's first frame so small that neither side is longer than `most` pixels; of a long page its top,
    for the whole would be a thread. Raises Refused."""
    frame = drawn.read(content, most_pixels=most_pixels).frames[0]
    image = Image.fromarray(np.ascontiguousarray(frame[: frame.shape[1] * _TALLEST]), "RGBA")
    image.thumbnail((most, most))
    return _png(image)


def _marks(mask: bytes, most_pixels: int) -> Levels:
    """Read a mask's marks as indexes: 0 where it is the same. Raises Refused."""
    marks = maskfile.read(mask, most_pixels=most_pixels, marks=(0, _GREYS, _GREYS + 1))
    if marks is None:
        raise Refused("has no mask that can be drawn: compare it again")
    return marks


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
