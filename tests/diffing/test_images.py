"""Decoding gives pixels, or a sentence; nothing large is decoded."""

from __future__ import annotations

import struct
import time
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from diffing import images
from diffing.words import Refused, Size
from tests.diffing import drawing

CAP = 80_000_000
PICTURE = drawing.written("Total")


def chunk(name: bytes, body: bytes) -> bytes:
    """Write one PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, data: bytes, *extra: bytes, bits: int = 8, colour: int = 2) -> bytes:
    """Write a PNG by hand, honest or not."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    idat = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + idat + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_lossless_formats_give_the_same_pixels(kind: str) -> None:
    """One picture in many formats is one picture."""
    grey = np.dstack([PICTURE[:, :, 0]] * 3)
    options = {"lossless": True} if kind == "WEBP" else {}
    read = images.read(drawing.encoded(grey, kind, **options), most_pixels=CAP)
    assert read.size == Size(120, 60)
    assert np.array_equal(read.frames[0][:, :, :3], grey)
    assert (read.frames[0][:, :, 3] == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_lossy_formats_are_read(kind: str) -> None:
    """A lossy picture is nearly the one that was written."""
    read = images.read(drawing.encoded(PICTURE[:, :, :3], kind, quality=95), most_pixels=CAP)
    assert np.abs(read.frames[0][:, :, :3].astype(int) - PICTURE[:, :, :3]).mean() < 4


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    """Half of 65,535 is half of 255."""
    samples = np.array([[0, 32768, 65535]], np.uint16)
    read = images.read(drawing.encoded(samples), most_pixels=CAP)
    assert read.frames[0][0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_frame_is_read(kind: str) -> None:
    """An animation has as many frames as were written, their times among its facts."""
    frames = [Image.fromarray(np.roll(PICTURE, 9 * n, axis=1)) for n in range(3)]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=80)
    read = images.read(out.getvalue(), most_pixels=CAP)
    assert len(read.frames) == 3
    assert "frame times" in read.facts


def test_facts_name_what_is_no_pixel() -> None:
    """A profile and a text are told apart by label."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "A renderer")
    plain = images.read(drawing.encoded(PICTURE), most_pixels=CAP)
    rich = images.read(drawing.encoded(PICTURE, icc_profile=b"profile", pnginfo=text), most_pixels=CAP)
    assert set(rich.facts) - set(plain.facts) == {"colour profile", "text"}


@pytest.mark.parametrize(
    ("side", "clause"),
    [
        (11_000, r"is 11000×11000, 121\.0 megapixels; at most 80 are compared"),
        (40_000, "far more than 80 megapixels"),
    ],
)
def test_a_bomb_is_refused_by_its_header(side: int, clause: str) -> None:
    """Hundreds of megapixels in a few bytes are never decoded."""
    began = time.perf_counter()
    with pytest.raises(Refused, match=clause):
        images.read(png(side, side, b""), most_pixels=CAP)
    assert time.perf_counter() - began < 1


def test_the_cap_counts_all_frames() -> None:
    """Four frames of 7,200 pixels are more than 20,000."""
    frames = [Image.fromarray(np.roll(PICTURE, 9 * n, axis=1)) for n in range(4)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(Refused, match="in 4 frames"):
        images.read(out.getvalue(), most_pixels=20_000)


def test_pages_of_other_sizes_are_counted_as_they_come() -> None:
    """A TIFF whose first page is small and whose second is large is refused at the second."""
    out = BytesIO()
    Image.new("L", (4, 4)).save(out, "TIFF", save_all=True, append_images=[Image.new("L", (400, 400))])
    with pytest.raises(Refused, match="in its pages"):
        images.read(out.getvalue(), most_pixels=1000)


def test_a_million_claimed_frames_are_refused() -> None:
    """What an animation claims is believed only so far."""
    claim = chunk(b"acTL", struct.pack(">II", 1_000_000, 0))
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 10, 0, 0))
    with pytest.raises(Refused, match="1000000 frames"):
        images.read(png(1, 1, b"\x00abc", claim, control), most_pixels=CAP)


@pytest.mark.parametrize(
    ("content", "clause"),
    [
        (b"", "is empty"),
        (b"plain text", "is no image"),
        (drawing.encoded(PICTURE)[:300], "is a damaged PNG"),
        (drawing.encoded(PICTURE[:, :, :3], "JPEG")[:200], "is a damaged JPEG"),
        (b"\x89PNG\r\n\x1a\n", "is a damaged PNG"),
        (png(0, 5, b""), "PNG|pixels"),
        (png(9, 9, b"\x00" * 9), "is a damaged PNG"),
        (drawing.encoded(np.zeros((3, 3), np.float32), "TIFF"), "32 bits a sample"),
    ],
)
def test_broken_images_are_refused_in_words(content: bytes, clause: str) -> None:
    """Whatever is wrong, a sentence says so, the same each time."""
    with pytest.raises(Refused, match=clause) as first:
        images.read(content, most_pixels=CAP)
    with pytest.raises(Refused) as second:
        images.read(content, most_pixels=CAP)
    assert str(first.value) == str(second.value)


def test_a_text_bomb_is_refused() -> None:
    """A compressed remark that unpacks to 100 MB is not unpacked."""
    bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a" * 100_000_000))
    with pytest.raises(Refused, match="damaged PNG"):
        images.read(png(1, 1, b"\x00abc", bomb), most_pixels=CAP)


def test_pillows_warnings_stay_inside() -> None:
    """Nothing is warned of, and the filters are as they were."""
    palette = Image.fromarray(PICTURE[:, :, 0]).convert("P")
    out = BytesIO()
    palette.save(out, "PNG", transparency=bytes(range(256)))
    before = list(warnings.filters)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        images.read(out.getvalue(), most_pixels=CAP)
    assert not seen
    assert list(warnings.filters) == before
