"""Make broken and unusual PNGs, the same ones every time: each family breaks one thing in every way there is."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from random import Random

from tests.fuzz.writing import (
    BEGINNING,
    CHANNELS,
    END,
    KINDS,
    Chunk,
    chunk,
    header,
    packed,
    palette,
    picture,
    png,
    rows,
)

SIZE = (5, 4)
_MEGABYTE = 1 << 20
_ANCILLARY = (
    *(b"gAMA", b"cHRM", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"pHYs"),
    *(b"tIME", b"bKGD", b"sBIT", b"sPLT", b"hIST", b"oFFs", b"tRNS", b"PLTE", b"acTL", b"fcTL", b"fdAT", b"CgBI"),
)
_KEYS = (
    *(b"interlace", b"transparency", b"bbox", b"duration", b"loop", b"icc_profile", b"default_image", b"dpi"),
    *(b"gamma", b"exif", b"Raw profile type exif", b"", b"\xff\xfe", b"disposal", b"blend", b"background"),
)
"""Names of texts; some of them mean something else to a decoder that keeps all it reads in one dictionary."""


def kinds(random: Random) -> Iterator[bytes]:
    """Every colour type with every depth and way to interlace, those too that do not exist."""
    for colours, depth in KINDS:
        for interlaced in (0, 1):
            yield png(*picture(random, SIZE, colours, depth, interlaced))
    drawn = packed(rows(random, SIZE, 2, 8))
    for colours, depth, interlaced in (
        (1, 8, 0),
        (5, 8, 0),
        (7, 8, 0),
        (255, 8, 0),
        (2, 0, 0),
        (2, 3, 0),
        (6, 255, 0),
        (2, 8, 2),
    ):
        yield png(header(*SIZE, depth, colours, interlaced), drawn, END)
    for at in (10, 11):  # packing, filtering
        data = bytearray(header(*SIZE)[1])
        data[at] = 1
        yield png((b"IHDR", bytes(data)), drawn, END)


def sizes(random: Random) -> Iterator[bytes]:
    """None, one, and more pixels than anybody has; in all of them the stream is that of a small picture."""
    drawn = packed(rows(random, SIZE, 6, 8))
    sides = (0, 1, 4, 5, 6, 255, 65_536, 1 << 24, (1 << 24) + 1, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
    for width in sides:
        for height in sides:
            yield png(header(width, height, 8, 6), drawn, END)
    for colours in CHANNELS:
        for size in ((1, 1), (1, 9), (9, 1), (17, 1), (33, 2), (2, 33)):
            yield png(*picture(random, size, colours))


def truncated(random: Random) -> Iterator[bytes]:
    """Every beginning of a sound file, with a palette, without, and of one with a text behind the pixels."""
    for colours in (3, 6):
        whole = png(*picture(random, SIZE, colours))
        yield from (whole[:end] for end in range(len(whole)))
    last = png(*picture(random, SIZE, 0)[:-1], (b"tEXt", b"Title\0text"), END)
    yield from (last[:end] for end in range(len(last) - 40, len(last)))


def lengths(random: Random) -> Iterator[bytes]:
    """Every length and every sum wrong in every way."""
    chunks = [*picture(random, SIZE, 3)[:-1], (b"tEXt", b"Title\0text"), END]
    for at, (name, data) in enumerate(chunks):
        before, after = png(*chunks[:at]), b"".join(chunk(*each) for each in chunks[at + 1 :])
        right, total = len(data), zlib.crc32(name + data)
        for length in {
            0,
            1,
            right - 1,
            right + 1,
            right + 4,
            right + 12,
            *(right ^ 1 << bit for bit in range(32)),
        }:
            if 0 <= length != right:
                yield before + length.to_bytes(4) + name + data + total.to_bytes(4) + after
        for wrong in (0, total ^ 1, total ^ 1 << 31, zlib.crc32(data), zlib.adler32(name + data)):
            yield before + len(data).to_bytes(4) + name + data + wrong.to_bytes(4) + after


def names(random: Random) -> Iterator[bytes]:
    """Chunks of other names, known and unknown, critical and not, of letters and not."""
    chunks = picture(random, SIZE, 3)
    for at, (name, data) in enumerate(chunks):
        for place in range(4):
            for bits in (0x20, 0x80, 0x01):
                other = bytearray(name)
                other[place] ^= bits
                yield png(*chunks[:at], (bytes(other), data), *chunks[at + 1 :])
    for name in (b"abcd", b"ABCD", b"abCd", b"a1cd", b"a_cd", b"a cd", b"a\0cd", b"\xe1bcd", b"abc\xff", b"1bcd"):
        yield png(chunks[0], (name, b"data"), *chunks[1:])
        yield png(*chunks[:-1], (name, b"data"), END)


def palettes(random: Random) -> Iterator[bytes]:
    """PLTE and tRNS missing, empty, short, long, twice, in other places, and where they have no business."""
    lengths = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 254, 255, 256, 257, 258, 765, 766, 768, 769, 771, 3000)
    for colours in CHANNELS:
        first, *_, drawn, end = picture(random, SIZE, colours)
        full = [palette(random, 256)] if colours == 3 else []
        yield png(first, drawn, end)
        for length in lengths:
            yield png(first, (b"PLTE", random.randbytes(length)), drawn, end)
            yield png(first, *full, (b"tRNS", random.randbytes(length)), drawn, end)
        few, clear = palette(random, 3), (b"tRNS", b"\x80\0\xff\0\0\0")
        yield from (png(first, *each, end) for each in _orders(few, clear, drawn))
    yield from _indexes(random)


def _orders(few: Chunk, clear: Chunk, drawn: Chunk) -> Iterator[tuple[Chunk, ...]]:
    yield from (
        (few, clear, drawn),
        (clear, few, drawn),
        (few, drawn, clear),
        (drawn, few, clear),
        (clear, drawn, few),
    )
    yield from (
        (few, few, drawn),
        (few, clear, clear, drawn),
        (few, clear, drawn, few, clear),
        (clear, drawn),
        (clear,),
    )


def _indexes(random: Random) -> Iterator[bytes]:
    """Indexes beyond the palette; transparency of one colour alone, and of more than there are."""
    first, drawn = header(*SIZE, 8, 3), packed(b"".join(b"\0" + random.randbytes(5) for _ in range(4)))
    for colours in (1, 2, 255, 256):
        for clear in (
            b"",
            b"\0",
            b"\xff",
            b"\xff\0",
            b"\xff\0\xff",
            b"\xff" * 255 + b"\0",
            b"\xff" * 256,
            b"\xff" * 256 + b"\0",
        ):
            yield png(first, palette(random, colours), (b"tRNS", clear), drawn, END)


def filters(random: Random) -> Iterator[bytes]:
    """Every filter byte in the first row and in another, with one, two, three and four channels."""
    for colours in (0, 4, 2, 6):
        stride = 1 + SIZE[0] * CHANNELS[colours]
        for at in (0, 2 * stride):
            for filtering in (*range(16), 127, 128, 254, 255) if colours else range(256):
                drawn = bytearray(rows(random, SIZE, colours, 8))
                drawn[at] = filtering
                yield png(header(*SIZE, 8, colours), packed(bytes(drawn)), END)


def streams(random: Random) -> Iterator[bytes]:
    """Streams too short, too long, in pieces, with something behind them, and with wrong sums and headers."""
    first, drawn = header(*SIZE), rows(random, SIZE, 2, 8)
    for whole in _contents(drawn):
        yield png(first, (b"IDAT", whole), END)
    stream = zlib.compress(drawn)
    yield from (png(first, *pieces, END) for pieces in _pieces(stream))
    for end in range(len(stream)):
        yield png(first, (b"IDAT", stream[:end]), END)
    for at in range(len(stream)):
        for bit in range(8):
            yield png(first, (b"IDAT", stream[:at] + bytes((stream[at] ^ 1 << bit,)) + stream[at + 1 :]), END)


def _contents(drawn: bytes) -> Iterator[bytes]:
    stream = zlib.compress(drawn)
    yield from (zlib.compress(drawn, level) for level in range(10))
    yield from (
        zlib.compress(drawn[:end]) for end in (*range(18), len(drawn) - 17, len(drawn) - 16, len(drawn) - 1)
    )
    yield from (zlib.compress(drawn + bytes(more)) for more in (1, 2, 16, 1000))
    yield from (stream + more for more in (b"\0", b"junk", stream, stream[2:], bytes(1000)))
    yield from (b"", b"\x78\x9c", zlib.compress(b""), drawn, b"\x78\x01\x03\0\0\0\0\1")
    yield from (
        bytes((low, high)) + stream[2:]
        for low in (0x08, 0x18, 0x68, 0x78, 0x79, 0x88, 0xF8)
        for high in range(0, 256, 5)
    )
    for wbits in (-15, 9, 31):
        packer = zlib.compressobj(wbits=wbits)
        yield packer.compress(drawn) + packer.flush()
    for how in (zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH):
        packer = zlib.compressobj()
        yield packer.compress(drawn) + packer.flush(how)
    packer = zlib.compressobj(zdict=b"a dictionary")
    yield packer.compress(drawn) + packer.flush()


def _pieces(stream: bytes) -> Iterator[list[Chunk]]:
    yield [(b"IDAT", stream[at : at + 1]) for at in range(len(stream))]
    yield [(b"IDAT", piece) for at in range(len(stream)) for piece in (b"", stream[at : at + 1])]
    for at in range(0, len(stream) + 1, 5):
        one, two = (b"IDAT", stream[:at]), (b"IDAT", stream[at:])
        yield from (
            [one, two],
            [(b"IDAT", b""), one, two, (b"IDAT", b"")],
            [one, two, (b"IDAT", b"more")],
            [two, one],
        )
        yield from (
            [one, (name, b"data"), two] for name in (b"tEXt", b"abcd", b"ABCD", b"PLTE", b"tRNS", b"gAMA", b"IEND")
        )
    yield from ([], [(b"IDAT", b"")])


def bombs(random: Random) -> Iterator[bytes]:
    """A few kilobytes that become many megabytes: pixels, profiles and texts."""
    zeros = zlib.compress(bytes(64 * _MEGABYTE), 9)
    drawn = packed(rows(random, SIZE, 2, 8))
    yield png(header(*SIZE), (b"IDAT", zeros), END)
    for size in ((70_000, 70_000), (30_000, 30_000), (8000, 8000), (1 << 24, 1)):
        yield png(header(*size), (b"IDAT", zeros), END)
    for text in (b"iCCP", b"zTXt"):
        for bomb in (zeros, zlib.compress(bytes(_MEGABYTE)), zlib.compress(bytes(_MEGABYTE + 1))):
            yield png(header(*SIZE), (text, b"name\0\0" + bomb), drawn, END)
            yield png(header(*SIZE), drawn, (text, b"name\0\0" + bomb), END)
    for bomb in (zeros, zlib.compress(bytes(_MEGABYTE)), zlib.compress(bytes(_MEGABYTE + 1))):
        for key in (b"XML:com.adobe.xmp", b"name"):
            yield png(header(*SIZE), (b"iTXt", key + b"\0\1\0\0\0" + bomb), drawn, END)
    texts = [(b"zTXt", b"%d\0\0" % at + zlib.compress(bytes(_MEGABYTE - 1))) for at in range(70)]
    yield png(header(*SIZE), *texts, drawn, END)
    yield png(header(*SIZE), drawn, *texts, END)


def crowds(random: Random) -> Iterator[bytes]:
    """More chunks, texts, and pieces of pixels than anybody writes."""
    first, drawn, stream = header(*SIZE), packed(rows(random, SIZE, 2, 8)), b"IDAT"
    for name, count in ((b"tIME", 100_001), (b"tEXt", 1001), (b"iTXt", 1001), (b"tEXt", 1000), (stream, 100_001)):
        yield png(first, drawn, *[(name, b"")] * count, END)
        yield png(first, *[(name, b"")] * count, drawn, END)


def facts(random: Random) -> Iterator[bytes]:
    """Every other chunk with every length up to 40, before the pixels and behind them."""
    first, drawn = header(*SIZE), packed(rows(random, SIZE, 2, 8))
    for name in _ANCILLARY:
        for length in range(41):
            data = random.randbytes(length)
            yield png(first, (name, data), drawn, END)
            yield png(first, drawn, (name, data), END)
    for colours in (0, 2, 3, 6):
        whole = picture(random, SIZE, colours)
        for text in _texts(random):
            yield png(*whole[:-2], text, *whole[-2:])
            yield png(*whole[:-1], text, END)


def _texts(random: Random) -> Iterator[Chunk]:
    for key in _KEYS:
        yield b"tEXt", key + b"\0text"
        yield b"tEXt", key
        yield b"zTXt", key + b"\0\0" + zlib.compress(b"text")
        yield b"iTXt", key + b"\0\0\0en\0\0text"
        yield b"iTXt", key + b"\0\1\0en\0\0" + zlib.compress(b"text")
    yield from (
        (b"zTXt", b"key\0" + rest)
        for rest in (b"", b"\0", b"\0junk", b"\1junk", b"\0" + zlib.compress(b"text")[:-1])
    )
    yield from (
        (b"iTXt", b"key\0" + rest)
        for rest in (b"\1", b"\1\0\0", b"\1\0\0\0junk", b"\1\1\0\0junk", b"\0\0\xff\0\xff\0\xff")
    )
    yield from (
        (b"iCCP", b"name\0" + rest)
        for rest in (b"", b"\0", b"\0junk", b"\1junk", b"\0" + zlib.compress(b"profile"))
    )
    yield from ((b"cICP", data) for data in (b"\1\r\0\1", b"\x0c\r\0\1", b"\xff\xff\xff\xff", b"\1\r\0"))
    yield b"eXIf", b"MM\0*" + random.randbytes(60)


def animations(random: Random) -> Iterator[bytes]:
    """APNGs, sound ones, and with frames that lie outside, are missing, empty, or counted otherwise."""
    for frames in (0, 1, 2, 3, 1001, 1 << 31, (1 << 32) - 1):
        yield png(*animation(random, frames))
    sound_ = animation(random, 2)
    for at in range(len(sound_)):
        yield png(*sound_[:at], *sound_[at + 1 :])
        yield png(*sound_[:at], sound_[at], *sound_[at:])
        name, data = sound_[at]
        for end in range(min(len(data), 30)):
            yield png(*sound_[:at], (name, data[:end]), *sound_[at + 1 :])
        for place in range(min(len(data), 26)):
            for value in (0, 1, 3, 5, 127, 255):
                yield png(
                    *sound_[:at], (name, data[:place] + bytes((value,)) + data[place + 1 :]), *sound_[at + 1 :]
                )


def animation(random: Random, frames: int) -> list[Chunk]:
    """Give an animation of two frames, the second smaller, that says it has so many."""
    drawn, second = rows(random, SIZE, 6, 8), rows(random, (3, 2), 6, 8)
    return [
        header(*SIZE, 8, 6),
        (b"acTL", frames.to_bytes(4) + bytes(4)),
        _frame(0, *SIZE, 0, 0),
        packed(drawn),
        _frame(1, 3, 2, 1, 1),
        (b"fdAT", (2).to_bytes(4) + zlib.compress(second)),
        END,
    ]


def _frame(number: int, width: int, height: int, left: int, top: int) -> Chunk:
    numbers = (number, width, height, left, top)
    return b"fcTL", b"".join(each.to_bytes(4) for each in numbers) + bytes((0, 10, 0, 100, 0, 1))


def ends(random: Random) -> Iterator[bytes]:
    """Files without a beginning or an end, with two of them, and with something before or behind."""
    first, drawn, end = picture(random, SIZE, 2)
    whole = png(first, drawn, end)
    yield from (
        whole + more for more in (b"\0", b"junk", whole, chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", b"x"), bytes(9))
    )
    yield from (b"\0" + whole, whole[1:], whole.replace(b"\r\n", b"\n"), BEGINNING, b"", whole[:8] * 2 + whole[8:])
    yield from (png(first, drawn), png(first, end), png(first), png(end), png(drawn, end), png(drawn, first, end))
    yield from (png(first, drawn, end, end), png(first, drawn, (b"IEND", b"data")), png(first, end, drawn, end))
    yield from (
        png(first, first, drawn, end),
        png(first, drawn, first, end),
        png((b"tEXt", b"a\0b"), first, drawn, end),
    )
    yield from (png(first, drawn, end, (b"tEXt", b"a\0b")), png((b"CgBI", bytes(4)), first, drawn, end))
    for data in (first[1][:12], first[1] + b"\0", b""):
        yield png((b"IHDR", data), drawn, end)


def mutated(random: Random, count: int = 400) -> Iterator[bytes]:
    """Sound files in whose chunks some bytes are changed, and whose sums are right again."""
    for _ in range(count):
        chunks = picture(random, (random.randint(1, 9), random.randint(1, 9)), random.choice(list(CHANNELS)))
        yield png(*(_changed(random, each) for each in chunks))


def _changed(random: Random, each: Chunk) -> Chunk:
    name, data = each
    if not data or random.random() < 0.5:
        return each
    inside = bytearray(zlib.decompress(data) if name == b"IDAT" else data)
    for _ in range(random.randint(1, 3)):
        inside[random.randrange(len(inside))] = random.choice((0, 1, 4, 5, 255, random.randrange(256)))
    return name, zlib.compress(bytes(inside)) if name == b"IDAT" else bytes(inside)


FAMILIES: Mapping[str, Callable[[Random], Iterator[bytes]]] = {
    family.__name__: family
    for family in (
        *(kinds, sizes, truncated, lengths, names, palettes, filters, streams),
        *(bombs, crowds, facts, animations, ends, mutated),
    )
}


def family(name: str) -> Iterator[bytes]:
    """Make one family, the same files every time."""
    return FAMILIES[name](Random(name))
