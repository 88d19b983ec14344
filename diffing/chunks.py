"""Read a PNG's chunks: its header, and what it says about its pixels. No pixel is decoded here.

After the PNG specification, third edition (W3C, 2025), § 5 and § 11."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from struct import Struct

from diffing import streams
from diffing.words import Refused

MOST_CHUNKS = 100_000
MOST_TEXTS = 1000
_MOST_TEXT = 1 << 20
_MOST_UNPACKED = 1 << 26
"""Bytes that all texts and profiles of a file may grow by; what is beyond counts as it is packed."""
_MOST_SIDE = 1 << 24
_BEGINNING = b"\x89PNG\r\n\x1a\n"
_CHUNK = Struct(">I4s")
_SUM = Struct(">I")
_HEADER = Struct(">IIBBBBB")
_LABELS: Mapping[bytes, str] = {
    **dict.fromkeys((b"gAMA", b"cHRM", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI"), "colour profile"),
    **dict.fromkeys((b"tEXt", b"zTXt", b"iTXt"), "text"),
    b"eXIf": "EXIF",
    b"pHYs": "resolution",
    b"tIME": "time of change",
    b"bKGD": "background colour",
    b"sBIT": "significant bits",
    b"sPLT": "suggested palette",
    b"acTL": "loop count",
    b"fcTL": "frame times",
}
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_NAMED = frozenset({b"iCCP", b"zTXt"})
"""Chunks of a name, NUL, a byte, and a zlib stream."""
_LENGTHS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9}
_MISTAKEN = frozenset({b"interlace", b"transparency", b"bbox", b"default_image"})
"""Names of texts that Pillow, which keeps all it reads in one dictionary, takes for what the picture needs."""
_LONGEST_KEY = 80
_XMP = b"XML:com.adobe.xmp\0"
_DELAY = slice(20, 24)  # of fcTL; what stands before it says where the frame lies


@dataclass(frozen=True, slots=True)
class Header:
    """What IHDR says. `colours`: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""

    width: int
    height: int
    depth: int
    colours: int
    interlaced: bool


@dataclass(frozen=True, slots=True)
class Chunks:
    """A PNG taken apart, every length and sum proved."""

    header: Header
    palette: bytes
    transparency: bytes
    stream: bytes
    """All IDAT chunks, joined."""
    animated: bool


@dataclass(slots=True)
class _Taken:
    stream: list[memoryview] = field(default_factory=list)
    palette: bytes = b""
    transparency: bytes = b""
    animated: bool = False
    ended: bool = False
    last: bytes = b""
    """The name of the chunk before."""
    chunks: int = 0
    texts: int = 0
    said: int = 0
    """Bytes of texts and profiles."""


def take_apart(content: bytes) -> Chunks | None:
    """Take a PNG apart that keeps all the rules; None where one is broken, or a chunk is unknown that may not be.

    Whoever gets None asks a decoder that knows how to live with broken files."""
    header = read_header(content)
    if header is None:
        return None
    taken = _Taken()
    for name, data in _proved(content):
        if not _take(taken, name, data):
            return None
    if not (taken.ended and taken.stream):
        return None
    return Chunks(header, taken.palette, taken.transparency, b"".join(taken.stream), taken.animated)


def read_header(content: bytes) -> Header | None:
    """Read IHDR; None where it is not the first chunk, or says what no PNG may."""
    if len(content) < 33 or content[:8] != _BEGINNING or content[8:16] != b"\0\0\0\rIHDR":
        return None
    width, height, depth, colours, packing, filtering, interlace = _HEADER.unpack_from(content, 16)
    fine = (
        0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE and (packing, filtering) == (0, 0) and interlace < 2
    )
    return Header(width, height, depth, colours, bool(interlace)) if fine else None


def check(content: bytes) -> None:
    """Refuse a PNG of so many chunks that looking at them takes long, or with a text that misleads Pillow."""
    texts = 0
    for number, (name, data) in enumerate(_walk(content), 1):
        texts += name in _TEXTS
        if name in _TEXTS and _key(data) in _MISTAKEN:
            raise Refused(f"has a text named {_key(data).decode()}, which is taken for a setting: leave it out")
        if number > MOST_CHUNKS:
            raise Refused(f"is a PNG of more than {MOST_CHUNKS:,} chunks: let another program write it")
        if texts > MOST_TEXTS:
            raise Refused(f"is a PNG of more than {MOST_TEXTS:,} text chunks: let another program write it")


def facts(content: bytes) -> dict[str, str]:
    """Give what is said about the pixels without being pixels: a label (`colour profile`) and its digest."""
    said: dict[str, list[bytes]] = {}
    left = _MOST_UNPACKED
    for name, data in _walk(content):
        if label := _LABELS.get(name):
            plain = _plain(name, bytes(data), min(left, _MOST_TEXT))
            left -= max(0, len(plain) - len(data))
            said.setdefault("XMP" if data[: len(_XMP)] == _XMP else label, []).append(sha256(plain).digest())
    # The order says nothing, but for frames.
    return {label: _digest(parts if label == "frame times" else sorted(parts)) for label, parts in said.items()}


def _digest(digests: Iterable[bytes]) -> str:
    return sha256(b"".join(digests)).hexdigest()


def _plain(name: bytes, data: bytes, most: int) -> bytes:
    """Give what a chunk says, however it was packed; as it is where that is more than `most` bytes."""
    if name == b"fcTL":
        return name + data[_DELAY]
    if name == b"acTL":
        return name + data[4:8]
    key, _, rest = data.partition(b"\0")
    if name in _NAMED and rest[:1] == b"\0" and most > 0:
        text = streams.inflate_some(rest[1:], most)
        return name + data if text is None else (b"tEXt" if name == b"zTXt" else name) + key + b"\0" + text
    return name + data


def _take(taken: _Taken, name: bytes, data: memoryview) -> bool:
    """Take one chunk; false where it stands where it may not, or says what Pillow may stumble over."""
    before, taken.last = taken.last, name
    if taken.ended or (taken.stream and name in (b"PLTE", b"tRNS")) or not _counted(taken, name):
        return False
    match name:
        case b"IHDR":
            return False
        case b"PLTE" if not taken.palette and len(data) % 3 == 0 and 0 < len(data) <= 768:
            taken.palette = bytes(data)
        case b"tRNS" if data and not taken.transparency:
            taken.transparency = bytes(data)
        case b"IDAT" if before == b"IDAT" or not taken.stream:
            taken.stream.append(data)
        case b"IEND":
            taken.ended = True
        case b"acTL" | b"fcTL" | b"fdAT":
            taken.animated = True
        case _:
            # a small first letter: may be left out
            return name[:1].islower() and name.isalpha() and name != b"tRNS" and _plainly(taken, name, data)
    return True


def _counted(taken: _Taken, name: bytes) -> bool:
    """Count a chunk; false where there are more than `check` lets pass."""
    taken.chunks += 1
    taken.texts += name in _TEXTS
    return taken.chunks < MOST_CHUNKS and taken.texts <= MOST_TEXTS  # the header is one more


def _plainly(taken: _Taken, name: bytes, data: memoryview) -> bool:
    """Is a chunk that may be left out as the specification has it, and all that is said of a common size?"""
    if name in _LENGTHS:
        return len(data) == _LENGTHS[name]
    if name not in _TEXTS and name != b"iCCP":
        return True
    text = None if _key(data) in _MISTAKEN else _unpacked(name, bytes(data))
    taken.said += len(text or b"")
    return text is not None and taken.said <= _MOST_TEXT


def _unpacked(name: bytes, data: bytes) -> bytes | None:
    """Give a text, or a profile, as it was before it was packed; None where that is too large, or broken."""
    _, _, rest = data.partition(b"\0")
    if name in _NAMED:
        return streams.inflate_some(rest[1:], _MOST_TEXT) if rest[:1] == b"\0" else None
    if name != b"iTXt" or rest[:1] == b"\0":
        return data
    parts = rest[2:].split(b"\0", 2)
    if rest[:2] != b"\1\0" or len(parts) < 3:
        return None
    return streams.inflate_some(parts[2], _MOST_TEXT)


def _key(data: memoryview) -> bytes:
    return bytes(data[:_LONGEST_KEY]).partition(b"\0")[0]


def _proved(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give the chunks behind the header, up to and with IEND, as long as their sums are right."""
    view = memoryview(content)
    if _SUM.unpack_from(content, 29)[0] != streams.crc(view[12:29]):
        return
    at = 33
    for name, data in _walk(content, at):
        end = at + 8 + len(data)
        if _SUM.unpack_from(content, end)[0] != streams.crc(view[at + 4 : end]):
            return
        yield name, data
        at = end + 4


def _walk(content: bytes, at: int = 8) -> Iterator[tuple[bytes, memoryview]]:
    """Give names and contents of chunks up to and with IEND, as long as each lies whole within the file."""
    view, last = memoryview(content), len(content) - 12
    while at <= last:
        length, name = _CHUNK.unpack_from(content, at)
        if length > last - at:
            return
        yield name, view[at + 8 : at + 8 + length]
        if name == b"IEND":
            return
        at += 12 + length
