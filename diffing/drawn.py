"""Read whatever can be drawn into a picture: an image, the pages of a PDF, an SVG."""

from __future__ import annotations

from diffing import formats, images, pdfs, svgs
from diffing.formats import Format, sniff
from diffing.images import Picture


def read(content: bytes, *, most_pixels: int) -> Picture:
    """Draw or decode at most `most_pixels` pixels, all frames and pages together.

    Raises Refused with a clause that goes on from "The candidate …"."""
    if sniff(content) is Format.PDF:
        return pdfs.read(content, most_pixels=most_pixels)
    if formats.is_svg(content):
        return svgs.read(content, most_pixels=most_pixels)
    return images.read(content, most_pixels=most_pixels)
