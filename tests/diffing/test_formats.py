"""What a file is, is told by its bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import formats
from diffing.formats import Format, media_type, misnamed, sniff, text_of
from tests.diffing import drawing

DOT = np.full((4, 4, 3), 200, np.uint8)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


@pytest.mark.parametrize("kind", [kind for kind in Format if kind.is_image])
def test_images_are_known_by_what_pillow_writes(kind: Format) -> None:
    """Each image format is recognised from a real file of it, and its own ending agrees."""
    content = drawing.encoded(DOT, kind)
    assert sniff(content) is kind
    endings = [ending for ending, promised in formats.EXTENSIONS.items() if promised is kind]
    assert endings
    assert not any(misnamed(f"goldens/a{ending.upper()}", content) for ending in endings)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", Format.TEXT),
        (b"BM is how this text begins, and it goes on", Format.TEXT),
        ("grüß\n".encode(), Format.TEXT),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Format.TEXT),
        (b"%PDF-1.7\n\xe2\xe3", Format.PDF),
        (b"a\x00b", Format.BINARY),
    ],
)
def test_the_rest_is_text_or_binary(content: bytes, kind: Format) -> None:
    """Text is UTF-8 without NUL, whatever it begins with."""
    assert sniff(content) is kind


@given(st.binary(max_size=200))
def test_text_is_what_can_be_read(content: bytes) -> None:
    """Whatever is told to be text can be read as text, and whatever is served is never a script."""
    if sniff(content) is Format.TEXT:
        assert text_of(content) is not None
    assert media_type(content).partition("/")[0] in {"text", "image", "application"}
    assert "svg" not in media_type(content)
    assert "html" not in media_type(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x00", "a ZIP archive"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt \x00", "a WAV sound"),
        (b"\x00\x00\x00\x18ftypmp42\x00", "an MP4 film or another file of its family"),
        (b"wOF2\x00", "a WOFF2 font"),
        (b"\xff\xfeh\x00", "UTF-16 text"),
        (b"\x00\x01\x02", "binary data"),
        (b"%PDF-1.7", "a PDF document"),
        (b"plain", "text"),
    ],
)
def test_what_it_is_in_words(content: bytes, said: str) -> None:
    """Files of bytes are called by what people know."""
    assert formats.what(content) == said


@pytest.mark.parametrize(
    ("content", "svg"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", True),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg/>", True),
        (b"<!DOCTYPE svg><s:svg xmlns:s='x'>", True),
        (b"<html><svg/></html>", False),
        (b"a <svg/>", False),
        (b"<svg\xff/>", False),
        (b"", False),
    ],
)
def test_an_svg_is_told_by_how_it_begins(content: bytes, svg: bool) -> None:
    """Its name does not matter, and it is text to whoever asks for its format."""
    assert formats.is_svg(content) is svg
    assert not sniff(content).is_image


def test_an_empty_pdf_says_what_mends_it() -> None:
    """A pointer and nothing at all are told as such."""
    assert "lfs: true" in formats.no_pdf(POINTER)
    assert "is empty" in formats.no_pdf(b"")


def test_a_wrong_ending_is_told() -> None:
    """A JPEG by the name of a PNG is named as such; an unknown ending promises nothing."""
    jpeg = drawing.encoded(DOT, "JPEG")
    assert (
        misnamed("a.png", jpeg) == "A name that ends in .png promises a PNG image, and the bytes are a JPEG image."
    )
    assert misnamed("a.json", jpeg)
    assert not misnamed("a.golden", jpeg)
    assert not misnamed("a.png", POINTER), "a git LFS pointer stands for whatever its name says"


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        (b"", "empty"),
        (POINTER, "lfs: true"),
        (b"\x89PNG\n\x1a\n rest", ".gitattributes"),
        (b"<html>Not found</html>", "text"),
    ],
)
def test_no_image_says_what_mends_it(content: bytes, clue: str) -> None:
    """The usual accidents are recognised by name."""
    assert clue in formats.no_image(content)
