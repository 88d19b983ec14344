"""Draw differences for people, and small versions of pictures, as PNGs."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from diffing import images
from diffing.images import Pixels
from diffing.maskfile import PALETTE

_DIMMED = 0.18
"""What is left of the candidate's contrast under a difference."""


def difference(golden: bytes, candidate: bytes, mask: bytes, *, most_pixels: int = 80_000_000) -> bytes:
    """Draw a mask over the dimmed candidate: red differs, yellow is anti-aliased.

    Where the candidate ends before the mask does, the dimmed golden shows. Raises Refused."""
    marks = _marks(mask, most_pixels)
    height, width = marks.shape
    canvas = np.full((height, width), 255, np.uint8)
    for content in (golden, candidate):
        under = _dimmed(images.read(content, most_pixels=most_pixels).frames[0])[:height, :width]
        canvas[: under.shape[0], : under.shape[1]] = under
    drawn = np.repeat(canvas[:, :, None], 3, axis=2)
    colours = np.frombuffer(PALETTE, np.uint8).reshape(-1, 3)
    drawn[marks > 0] = colours[np.minimum(marks[marks > 0], len(colours) - 1)]
    return _png(Image.fromarray(drawn))


def thumbnail(content: bytes, *, most: int = 320, most_pixels: int = 80_000_000) -> bytes:
    """Draw an image's first frame so small that neither side is longer than `most` pixels. Raises Refused."""
    frame = images.read(content, most_pixels=most_pixels).frames[0]
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
