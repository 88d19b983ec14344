"""Draw differences for people, what browsers do not show, and small versions of pictures, as PNGs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice, zip_longest

import numpy as np
from PIL import Image

from diffing import drawn, images
from diffing.images import Pixels
from diffing.maskfile import PALETTE

_DIMMED = 0.18
"""What is left of the candidate's contrast under a difference."""
_MOST_FRAMES = 40
"""So many pages or frames are shown, one below the other."""
_GAP = 12
_NOTHING: Pixels = np.zeros((1, 1, 4), np.uint8)


def difference(golden: bytes, candidate: bytes, mask: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Draw a mask over the dimmed candidate: red differs, yellow is anti-aliased.

    Where the candidate ends before the mask does, the dimmed golden shows. Of several pages or frames, those that
    differ stand one below the other. Raises Refused."""
    marks = _marks(mask, most_pixels)
    before = drawn.read(golden, most_pixels=most_pixels).frames
    after = drawn.read(candidate, most_pixels=most_pixels).frames
    if len(before) == len(after) == 1:
        return _png(_over(before[0], after[0], marks))
    unlike = islice(_unlike(before, after), _MOST_FRAMES)
    pages = [_over(one, two, marks[: at.shape[0], : at.shape[1]] * at) for one, two, at in unlike]
    return _png(_stacked(pages, "white"))


def sheet(content: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Draw a picture that browsers do not show, or must not: SVG, PDF, TIFF. Pages stand one below the other."""
    frames = drawn.read(content, most_pixels=most_pixels).frames[:_MOST_FRAMES]
    pages = [Image.fromarray(np.ascontiguousarray(frame), "RGBA") for frame in frames]
    return _png(pages[0] if len(pages) == 1 else _stacked(pages, (0, 0, 0, 0)))


def _over(golden: Pixels, candidate: Pixels, marks: images.Pixels) -> Image.Image:
    height, width = marks.shape
    canvas = np.full((height, width), 255, np.uint8)
    for frame in (golden, candidate):
        under = _dimmed(frame)[:height, :width]
        canvas[: under.shape[0], : under.shape[1]] = under
    over = np.repeat(canvas[:, :, None], 3, axis=2)
    colours = np.frombuffer(PALETTE, np.uint8).reshape(-1, 3)
    over[marks > 0] = colours[np.minimum(marks[marks > 0], len(colours) - 1)]
    return Image.fromarray(over)


def _unlike(before: Sequence[Pixels], after: Sequence[Pixels]) -> Iterator[tuple[Pixels, Pixels, images.Pixels]]:
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
    """Draw an image's first frame so small that neither side is longer than `most` pixels. Raises Refused."""
    frame = drawn.read(content, most_pixels=most_pixels).frames[0]
    image = Image.fromarray(frame, "RGBA")
    image.thumbnail((most, most))
    return _png(image)


def _marks(mask: bytes, most_pixels: int) -> images.Pixels:
    """Read a mask's marks; its palette is ours, so each colour tells its mark: alpha, then green."""
    rgba = images.read(mask, most_pixels=most_pixels).frames[0]
    marked = rgba[:, :, 3] > 0
    return np.where(marked, np.where(rgba[:, :, 1] > 127, 1, 2), 0).astype(np.uint8)


def _dimmed(frame: Pixels) -> images.Pixels:
    """Give the frame on white, grey and pale: height × width."""
    image = Image.fromarray(frame, "RGBA")
    ground = Image.new("RGBA", image.size, "white")
    grey = Image.alpha_composite(ground, image).convert("L")
    return np.asarray(grey.point([round(255 - (255 - level) * _DIMMED) for level in range(256)]))


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
