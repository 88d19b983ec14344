"""Tell what kind of file some bytes are: by what they begin with, never by their name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath

from diffing import pointers


class Format(StrEnum):
    """The kinds of files that are compared; the images by Pillow's names."""

    PNG = "PNG"
    JPEG = "JPEG"
    GIF = "GIF"
    WEBP = "WEBP"
    BMP = "BMP"
    TIFF = "TIFF"
    AVIF = "AVIF"
    TEXT = "text"
    BINARY = "binary"

    @property
    def is_image(self) -> bool:
        """Is it drawn in pixels? SVG is not: it is text."""
        return self not in (Format.TEXT, Format.BINARY)


_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"\xff\xd8\xff", Format.JPEG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"II+\x00", Format.TIFF),
    (b"MM\x00+", Format.TIFF),
)
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths of a BMP's second header, so that a text that begins with "BM" stays a text."""
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

EXTENSIONS: Mapping[str, Format] = {
    ".png": Format.PNG,
    ".apng": Format.PNG,
    ".jpg": Format.JPEG,
    ".jpeg": Format.JPEG,
    ".gif": Format.GIF,
    ".webp": Format.WEBP,
    ".bmp": Format.BMP,
    ".tif": Format.TIFF,
    ".tiff": Format.TIFF,
    ".avif": Format.AVIF,
} | dict.fromkeys(
    (
        *(".json", ".yml", ".yaml", ".xml", ".svg", ".html", ".htm", ".txt", ".md", ".csv"),
        *(".ambr", ".snap", ".css", ".js", ".ts"),
    ),
    Format.TEXT,
)
"""What a name's ending promises. Other endings promise nothing."""


def sniff(content: bytes) -> Format:
    """Tell the format by magic bytes; text is whatever is UTF-8 without NUL, an empty file too."""
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Format.WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _AVIF_BRANDS:
        return Format.AVIF
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
        return Format.BMP
    return Format.BINARY if text_of(content) is None else Format.TEXT


def text_of(content: bytes) -> str | None:
    """Read bytes as UTF-8 text, without the byte order mark; None where they are something else."""
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def media_type(content: bytes) -> str:
    """Give the Content-Type that bytes from a stranger may be served with: SVG and HTML only as plain text."""
    match sniff(content):
        case Format.TEXT:
            return "text/plain; charset=utf-8"
        case Format.BINARY:
            return "application/octet-stream"
        case image:
            return f"image/{image.lower()}"


def misnamed(name: str, content: bytes) -> str:
    """Say in a sentence that a name's ending and the bytes disagree; empty where they agree."""
    ending = PurePosixPath(name).suffix.lower()
    promised, found = EXTENSIONS.get(ending), sniff(content)
    if promised in (None, found) or pointers.read(content):
        return ""
    return f"A name that ends in {ending} promises {_said(promised)}, and the bytes are {_said(found)}."


def no_image(content: bytes) -> str:
    """Say why some bytes are no image, in a clause, with what mends it where that is known."""
    if not content:
        return "is empty: the test probably stopped before it had drawn anything"
    if pointers.read(content):
        return "is a git LFS pointer, not the image itself: let CI check out with LFS (`lfs: true`)"
    if content.startswith((b"\x89PNG\n", b"\x89PNG\r\r\n")):
        return "is a PNG whose line endings were converted: say `*.png binary` in .gitattributes"
    return f"is no image Golddigger knows: it is {_said(sniff(content))} that begins with {content[:8]!r}"


def _said(found: Format | None) -> str:
    match found:
        case Format.TEXT:
            return "text"
        case Format.BINARY | None:
            return "binary data"
        case image:
            return f"a {image} image" if image is not Format.AVIF else "an AVIF image"
