"""Change a PNG for a fuzzer so that it gets past the parser: sums are mended, pixels packed again."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from random import Random

from tests.fuzz.writing import BEGINNING, END, Chunk, png, taken_apart

_MOST = 1 << 16
_NAMES = (
    *(b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"pHYs", b"eXIf", b"tIME", b"bKGD"),
    *(b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND", b"IHDR", b"abCd", b"ABCD"),
)
Mutate = Callable[[bytes, int], bytes]
"""Changes some bytes, giving at most so many."""


def changed(content: bytes, most: int, mutate: Mutate, random: Random) -> bytes:
    """Give another file made of this one: now and then any bytes, else chunks that keep the rules."""
    if random.random() < 0.05 or not content.startswith(BEGINNING):
        return mutate(content, most)
    chunks = taken_apart(content)[:200]
    for _ in range(random.randint(1, 3)):
        chunks = random.choice(_WAYS)(chunks, mutate, random) or [END]
    written = png(*chunks)
    return written if len(written) <= most else content


def _inside(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Change what one chunk holds; of pixels, profiles and texts what they hold unpacked."""
    at = random.randrange(len(chunks)) if chunks else 0
    return [
        *chunks[:at],
        *((name, _repacked(name, data, mutate)) for name, data in chunks[at : at + 1]),
        *chunks[at + 1 :],
    ]


def _pixels(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Change the rows, joined, and pack them as one stream, of as many bytes as the header asks for or not."""
    stream = b"".join(data for name, data in chunks if name == b"IDAT")
    rows = _unpacked(stream)
    if rows is None:
        return chunks
    other = mutate(rows, _MOST)
    if random.random() < 0.8:
        other = other[: len(rows)].ljust(len(rows), b"\0")
    return _with_stream(chunks, zlib.compress(other, random.randrange(10)), random)


def _pieces(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Divide the stream otherwise."""
    return _with_stream(chunks, b"".join(data for name, data in chunks if name == b"IDAT"), random)


def _header(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Say another size, depth or colour type."""
    found = bytearray(next((data for name, data in chunks if name == b"IHDR"), bytes(13)).ljust(13, b"\0"))
    found[random.choice((3, 7, 8, 9, 12))] = random.choice((0, 1, 2, 3, 4, 6, 8, 16, random.randrange(64)))
    return [(b"IHDR", bytes(found)), *(each for each in chunks if each[0] != b"IHDR")]


def _order(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Take one away, put it somewhere else, or twice."""
    if not chunks:
        return chunks
    one, rest = random.choice(chunks), list(chunks)
    if random.random() < 0.7:
        rest.remove(one)
    if random.random() < 0.7:
        rest.insert(random.randint(0, len(rest)), one)
    return rest


def _another(chunks: list[Chunk], mutate: Mutate, random: Random) -> list[Chunk]:
    """Put in a chunk of a known name."""
    at, data = random.randint(0, len(chunks)), random.randbytes(random.choice((0, 1, 4, 9, 26, 32)))
    if random.random() < 0.5:
        data = b"name\0\0" + zlib.compress(data)
    return [*chunks[:at], (random.choice(_NAMES), data), *chunks[at:]]


_WAYS = (_inside, _pixels, _pixels, _pixels, _pieces, _header, _order, _another)


def _with_stream(chunks: list[Chunk], stream: bytes, random: Random) -> list[Chunk]:
    first = next((at for at, (name, _) in enumerate(chunks) if name == b"IDAT"), len(chunks))
    cut = random.randint(0, len(stream)) if random.random() < 0.3 else len(stream)
    pieces = [(b"IDAT", piece) for piece in (stream[:cut], stream[cut:]) if piece]
    return [*chunks[:first], *pieces, *(each for each in chunks[first:] if each[0] != b"IDAT")]


def _repacked(name: bytes, data: bytes, mutate: Mutate) -> bytes:
    key = data.partition(b"\0")[0] + b"\0\0" if name in (b"zTXt", b"iCCP") else b""
    inner = _unpacked(data[len(key) :]) if key or name == b"IDAT" else None
    return mutate(data, _MOST) if inner is None else key + zlib.compress(mutate(inner, _MOST))


def _unpacked(stream: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(stream, _MOST)
    except zlib.error:
        return None
