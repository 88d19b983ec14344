"""Decode images that strangers made: the header is judged before any pixel is decoded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diffing import built, chunks, png
from diffing.formats import Format, no_image, sniff
from diffing.png import Raw
from diffing.words import Refused, Size

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.uint8]
"""Height × width × 4: red, green, blue, alpha, not premultiplied."""

MOST_FRAMES = 1000

_LABELS = {
    "icc_profile": "colour profile",
    "srgb": "colour profile",
    "gamma": "gamma",
    "chromaticity": "chromaticities",
    "exif": "EXIF",
    "xmp": "XMP",
    "dpi": "resolution",
    "comment": "comment",
    "duration": "frame times",
    "loop": "loop count",
}
# `warnings.catch_warnings` swaps a list that all threads share, so only one of ours may be inside at a time.
_QUIET = Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded image: one frame, or several of an animation (or pages of a TIFF)."""

    frames: tuple[Pixels, ...]
    """Empty where `raw` is there."""
    facts: Mapping[str, str]
    """What is said about the pixels without being pixels: a label (`colour profile`) and its digest."""
    raw: Raw | None = None
    """The only frame of a common PNG, on the fast road; None where it was decoded."""

    @property
    def sides(self) -> tuple[Pixels | Raw, ...]:
        """The frames as a scene takes them."""
        return (self.raw,) if self.raw else self.frames

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The frames' sizes."""
        if self.raw:
            return (Size(self.raw.width, self.raw.height),)
        return tuple(Size(frame.shape[1], frame.shape[0]) for frame in self.frames)

    @property
    def size(self) -> Size:
        """The first frame's size."""
        return self.sizes[0]


Looked = Picture | Refused
"""An image, or why it cannot be read: a clause that goes on from "The candidate …"."""


def look_at_both(golden: bytes, candidate: bytes, *, most_pixels: int) -> tuple[Looked, Looked]:
    """Read two images to be compared: common PNGs on the fast road, where the core was built."""
    one, two = None, None
    if built.CORE is not None:
        one, two = png.read_both(golden, candidate, most_pixels=most_pixels)
    return _looked(golden, one, most_pixels), _looked(candidate, two, most_pixels)


def _looked(content: bytes, raw: Raw | None, most_pixels: int) -> Looked:
    if raw is not None:
        return Picture((), chunks.facts(content), raw)
    try:
        return read(content, most_pixels=most_pixels)
    except Refused as refused:
        return refused


def read(content: bytes, *, most_pixels: int) -> Picture:
    """Decode an image of at most `most_pixels` pixels, all frames together.

    Raises Refused with a clause that goes on from "The candidate …"."""
    kind = sniff(content)
    if not kind.is_image:
        raise Refused(no_image(content))
    if kind is Format.PNG:
        chunks.check(content)
    from PIL import Image  # here, because common PNGs do without

    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=[kind]) as image:
                picture = _decode(image, most_pixels)
        return replace(picture, facts=chunks.facts(content)) if kind is Format.PNG else picture
    except Refused:
        raise
    except Image.DecompressionBombError as bomb:  # by the header too, at 178 megapixels
        raise Refused(f"has far more than {most_pixels / 1e6:g} megapixels: draw a smaller one") from bomb
    except MemoryError as large:
        raise Refused("needs more memory than one image may have: draw a smaller one") from large
    except Exception as broken:  # Pillow's parsers raise whatever they trip over
        raise Refused(f"is a damaged {kind} ({_reason(broken)}): let CI draw and keep it again") from broken


def _decode(image: Image.Image, most_pixels: int) -> Picture:
    _check(image, 1, most_pixels)
    count: int = getattr(image, "n_frames", 1)
    _check(image, count, most_pixels)
    times: list[object] = []
    frames = []
    for frame in _frames(image, count, most_pixels):
        frames.append(_rgba(frame))
        times.append(frame.info.get("duration"))
    # WebP says a loop count and a time of its only frame too
    still = {"duration", "loop"} if count == 1 else set()
    info = {key: value for key, value in image.info.items() if key not in still}
    return Picture(tuple(frames), _facts({**info, "duration": times} if count > 1 else info))


def _frames(image: Image.Image, count: int, most_pixels: int) -> Iterator[Image.Image]:
    left = most_pixels
    for index in range(count):
        image.seek(index)
        left -= image.width * image.height  # the pages of a TIFF have sizes of their own
        if left < 0:
            raise Refused(f"has more than {most_pixels / 1e6:g} megapixels in its pages: draw a smaller one")
        yield image


def _check(image: Image.Image, frames: int, most_pixels: int) -> None:
    if not image.width * image.height:
        raise Refused("has no pixels: the test probably drew nothing")
    if frames > MOST_FRAMES:
        raise Refused(f"says it has {frames} frames; at most {MOST_FRAMES} are compared: record a shorter one")
    pixels = image.width * image.height * frames
    if pixels > most_pixels:
        size = f"{image.width}×{image.height}" + (f" in {frames} frames" if frames > 1 else "")
        raise Refused(
            f"is {size}, {pixels / 1e6:.1f} megapixels; at most {most_pixels / 1e6:g} are compared:"
            " draw a smaller one"
        )


def _rgba(image: Image.Image) -> Pixels:
    if image.mode.startswith("I;16"):
        return _from_16_bits(image)
    if image.mode in ("I", "F"):
        raise Refused("keeps 32 bits a sample, which nobody can see: keep it as 8 or 16 bits")
    return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))


def _from_16_bits(image: Image.Image) -> Pixels:
    samples = np.asarray(image).astype(np.uint32)
    grey = (samples * 255 + 32767) // 65535
    rgba = np.repeat(grey.astype(np.uint8)[:, :, None], 4, axis=2)
    rgba[:, :, 3] = np.where(samples == image.info.get("transparency", -1), 0, 255)
    return rgba


def _facts(info: Mapping[str | tuple[int, int], object]) -> dict[str, str]:
    known = [(_label(key, value), f"{key}={value!r}") for key, value in info.items() if value is not None]
    said: dict[str, str] = {}
    for label, text in sorted((label, text) for label, text in known if label):
        said[label] = sha256((said.get(label, "") + text).encode("utf-8", "backslashreplace")).hexdigest()
    return said


def _label(key: str | tuple[int, int], value: object) -> str:
    if isinstance(key, str) and key in _LABELS:
        return _LABELS[key]
    return "text" if isinstance(value, str) else ""


def _reason(broken: Exception) -> str:
    from PIL import UnidentifiedImageError

    if isinstance(broken, UnidentifiedImageError):  # its own text is a memory address
        return "its header is broken"
    if isinstance(broken, EOFError):
        return "it ends too early"
    return str(broken)[:200] or type(broken).__name__
