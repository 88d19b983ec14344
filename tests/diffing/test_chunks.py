"""A PNG is taken apart by its own rules, and what it says of its pixels is told apart from them."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import chunks, images
from diffing.chunks import MOST_CHUNKS, MOST_TEXTS
from diffing.differ import differ
from diffing.words import Kind, Refused, Rules
from tests.diffing import drawing

PICTURE = drawing.encoded(drawing.written("Total"))
HEAD, BODY = PICTURE[:33], PICTURE[33:]


def chunk(name: bytes, data: bytes) -> bytes:
    """Write one chunk."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def saying(*extra: bytes) -> bytes:
    """Write the picture with more chunks behind its header."""
    return HEAD + b"".join(extra) + BODY


PROFILE = b"profile " * 40


@pytest.mark.parametrize(
    ("extra", "label"),
    [
        (chunk(b"gAMA", struct.pack(">I", 45455)), "colour profile"),
        (chunk(b"sRGB", b"\0"), "colour profile"),
        (chunk(b"cICP", b"\x09\x10\x00\x01"), "colour profile"),
        (chunk(b"iCCP", b"Display P3\0\0" + zlib.compress(PROFILE)), "colour profile"),
        (chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)), "resolution"),
        (chunk(b"tIME", struct.pack(">HBBBBB", 2026, 5, 11, 9, 24, 0)), "time of change"),
        (chunk(b"tEXt", b"Software\0Stencil"), "text"),
        (chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"), "XMP"),
        (chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0"), "EXIF"),
    ],
)
@pytest.mark.usefixtures("road")
def test_what_is_no_pixel_has_a_label(extra: bytes, label: str) -> None:
    """It changes no pixel, and is named."""
    difference = differ(PICTURE, saying(extra), Rules())
    assert (difference.kind, difference.mask) == (Kind.METADATA_ONLY, None)
    assert difference.why == f"Every pixel is the same; other {label}."


@pytest.mark.usefixtures("road")
def test_what_is_said_counts_not_how_it_is_packed() -> None:
    """A profile that another level compressed, and a text that is not compressed at all, say the same."""
    one = saying(
        chunk(b"iCCP", b"P3\0\0" + zlib.compress(PROFILE, 1)),
        chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"Cart")),
    )
    two = saying(chunk(b"tEXt", b"Title\0Cart"), chunk(b"iCCP", b"P3\0\0" + zlib.compress(PROFILE, 9)))
    assert one != two
    assert differ(one, two, Rules()).kind is Kind.ENCODING_ONLY


@pytest.mark.parametrize(
    ("extra", "clause"),
    [
        (chunk(b"tEXt", b"k\0v") * (MOST_TEXTS + 1), "more than 1,000 text chunks"),
        (chunk(b"prVt", b"") * (MOST_CHUNKS + 1), "more than 100,000 chunks"),
    ],
)
def test_so_many_chunks_are_refused(extra: bytes, clause: str) -> None:
    """Before anything is decoded, with what mends it."""
    with pytest.raises(Refused, match=f"is a PNG of {clause}: let another program write it"):
        images.read(saying(extra), most_pixels=80_000_000)


@pytest.mark.parametrize(
    "broken",
    [
        PICTURE[:-1],
        PICTURE[:40] + b"\xff" + PICTURE[41:],
        PICTURE.replace(b"IDAT", b"IDAX"),
        saying(chunk(b"KEEP", b"")),
        saying(HEAD[8:]),
        PICTURE[:-12],
        b"",
        HEAD,
    ],
    ids=["cut", "flipped", "renamed", "unknown and critical", "two headers", "no end", "empty", "a header alone"],
)
def test_what_breaks_a_rule_is_left_to_pillow(broken: bytes) -> None:
    """The fast road reads nothing that anybody might read otherwise."""
    assert chunks.take_apart(broken) is None


@given(st.binary(max_size=200), st.integers(8, 200))
def test_no_bytes_break_the_parser(noise: bytes, at: int) -> None:
    """Whatever stands in the file, it is taken apart or it is not."""
    content = PICTURE[:at] + noise + PICTURE[at:]
    chunks.take_apart(content)
    chunks.facts(content)
    chunks.check(content)
