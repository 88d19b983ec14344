"""Tell what kind of file some bytes are: by what they begin with, never by their name."""

from __future__ import annotations

import re
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
    PDF = "PDF"
    TEXT = "text"
    BINARY = "binary"

    @property
    def is_image(self) -> bool:
        """Is it made of pixels? SVG is not: it is text. PDF is not: its pages can be drawn."""
        return self not in (Format.PDF, Format.TEXT, Format.BINARY)


_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"\xff\xd8\xff", Format.JPEG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"II+\x00", Format.TIFF),
    (b"MM\x00+", Format.TIFF),
    (b"%PDF-", Format.PDF),
)
_OTHERS = (
    (0, b"PK\x03\x04", "a ZIP archive"),  # also what is made of one: DOCX, XLSX, JAR, EPUB
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, b"\x1f\x8b", "gzip data"),
    (0, b"BZh", "bzip2 data"),
    (0, b"\xfd7zXZ\x00", "xz data"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\x00\x01\x00\x00", "a TrueType font"),
    (0, b"OTTO", "an OpenType font"),
    (0, b"ttcf", "a collection of fonts"),
    (0, b"wOFF", "a WOFF font"),
    (0, b"wOF2", "a WOFF2 font"),
    (8, b"WAVE", "a WAV sound"),
    (8, b"AVI ", "an AVI film"),
    (0, b"OggS", "an Ogg sound or film"),
    (0, b"fLaC", "a FLAC sound"),
    (0, b"ID3", "an MP3 sound"),
    (4, b"ftyp", "an MP4 film or another file of its family"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (0, b"\x00asm", "a WebAssembly module"),
    (0, b"\x7fELF", "a program for Linux"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"glTF", "a glTF model"),
    (0, b"PAR1", "Parquet data"),
    (0, b"\x00\x00\x01\x00", "a Windows icon"),
    (0, b"\xff\xfe", "UTF-16 text"),
    (0, b"\xfe\xff", "UTF-16 text"),
)
"""Where a beginning stands, and what it is the beginning of: for sentences only."""
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths of a BMP's second header, so that a text that begins with "BM" stays a text."""
_MARKUP = re.compile(rb"\s*<(?:\?xml|!DOCTYPE|!--|svg\b|[A-Za-z_][\w.-]*:svg\b)", re.IGNORECASE)
_SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s>/]")
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
    ".pdf": Format.PDF,
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


def is_picture(name: str) -> bool:
    """Does a name promise an image?"""
    return EXTENSIONS.get(PurePosixPath(name).suffix.lower(), Format.TEXT).is_image


def text_of(content: bytes) -> str | None:
    """Read bytes as UTF-8 text, without the byte order mark; None where they are something else."""
    if b"\x00" in content:
        return None
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def is_svg(content: bytes) -> bool:
    """Do some bytes begin like an SVG? It is compared as a text, and drawn beside where that can be done."""
    head = content[:4096].removeprefix(b"\xef\xbb\xbf")
    return bool(_MARKUP.match(head) and _SVG_ROOT.search(head)) and text_of(content) is not None


def media_type(content: bytes) -> str:
    """Give the Content-Type that bytes from a stranger may be served with: SVG and HTML only as plain text."""
    match sniff(content):
        case Format.TEXT:
            return "text/plain; charset=utf-8"
        case Format.BINARY:
            return "application/octet-stream"
        case Format.PDF:
            return "application/pdf"
        case image:
            return f"image/{image.lower()}"


def misnamed(name: str, content: bytes) -> str:
    """Say in a sentence that a name's ending and the bytes disagree; empty where they agree."""
    ending = PurePosixPath(name).suffix.lower()
    promised, found = EXTENSIONS.get(ending), sniff(content)
    if promised in (None, found) or pointers.read(content):
        return ""
    return f"A name that ends in {ending} promises {_said(promised)}, and the bytes are {what(content)}."


def no_image(content: bytes) -> str:
    """Say why some bytes are no image, in a clause, with what mends it where that is known."""
    if not content:
        return "is empty: the test probably stopped before it had drawn anything"
    if pointers.read(content):
        return "is a git LFS pointer, not the image itself: let CI check out with LFS (`lfs: true`)"
    if content.startswith((b"\x89PNG\n", b"\x89PNG\r\r\n")):
        return "is a PNG whose line endings were converted: say `*.png binary` in .gitattributes"
    return f"is no image Golddigger knows: it is {what(content)} that begins with {content[:8]!r}"


def no_pdf(content: bytes) -> str:
    """Say why some bytes are no PDF, in a clause, with what mends it where that is known."""
    if not content:
        return "is empty: the test probably stopped before it had written anything"
    if pointers.read(content):
        return "is a git LFS pointer, not the PDF itself: let CI check out with LFS (`lfs: true`)"
    return f"is no PDF: it is {what(content)} that begins with {content[:8]!r}"


def what(content: bytes) -> str:
    """Say in a word or two what some bytes are, also of those that are compared as bytes."""
    found = sniff(content)
    if found is Format.BINARY:
        return next((said for at, sign, said in _OTHERS if content[at : at + len(sign)] == sign), "binary data")
    return _said(found)


def _said(found: Format | None) -> str:
    match found:
        case Format.TEXT:
            return "text"
        case Format.BINARY | None:
            return "binary data"
        case Format.PDF:
            return "a PDF document"
        case image:
            return f"a {image} image" if image is not Format.AVIF else "an AVIF image"
