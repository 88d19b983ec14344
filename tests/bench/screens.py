"""Draw screens that look like real ones, and the changes that happen to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZES = ((400, 300), (1920, 1080), (3840, 2160), (1440, 12000))

_WORDS = (
    "Invoice",
    "Customer",
    "Total",
    "Paid",
    "Open",
    "Draft",
    "Refund",
    "March",
    "Amount",
    "Contact",
    "Settings",
)
_INK, _PAPER, _LINE, _BLUE = (33, 37, 41), (255, 255, 255), (222, 226, 230), (13, 110, 253)
_GROUND, _GREY = (248, 249, 250), (108, 117, 125)


def screen(
    size: tuple[int, int], *, word: str = "", accent: tuple[int, int, int] = _BLUE, down: int = 0
) -> Image.Image:
    """Draw a page of cards with text. `word` stands in one of them; `down` moves all but the header."""
    width, height = size
    image = Image.new("RGB", size, _GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 40), fill=accent)
    draw.text((16, 8), "Golddigger", fill=_PAPER, font=ImageFont.load_default(size=20))
    for number, top in enumerate(range(56 + down, height, 120)):
        for column, left in enumerate(range(16, width - 120, 380)):
            label = word if word and (number, column) == (1, 0) else _WORDS[(number * 3 + column) % len(_WORDS)]
            _card(draw, (left, top), min(360, width - 16 - left), label, number, accent)
    return image


def _card(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    width: int,
    label: str,
    number: int,
    accent: tuple[int, int, int],
) -> None:
    left, top = at
    draw.rounded_rectangle((left, top, left + width, top + 104), 8, fill=_PAPER, outline=_LINE)
    draw.text((left + 16, top + 12), label, fill=_INK, font=ImageFont.load_default(size=18))
    text = f"{_WORDS[number % len(_WORDS)]} no. {number * 37 + left}"
    draw.text((left + 16, top + 44), text, fill=_GREY, font=ImageFont.load_default(size=13))
    draw.rounded_rectangle((left + width - 90, top + 64, left + width - 16, top + 92), 6, fill=accent)
    draw.text((left + width - 72, top + 69), "Open", fill=_PAPER, font=ImageFont.load_default(size=14))


def png(image: Image.Image, level: int = 6) -> bytes:
    """Write a picture as PNG."""
    out = BytesIO()
    image.save(out, "PNG", compress_level=level)
    return out.getvalue()


def edges_only(size: tuple[int, int]) -> Image.Image:
    """Draw the page as another rasteriser would: the shades between ink and paper move, nothing else does."""
    solid = {channel for colour in (_INK, _PAPER, _LINE, _BLUE, _GROUND, _GREY) for channel in colour}
    bent = [level if level in solid else round(255 * (level / 255) ** 0.5) for level in range(256)]
    return screen(size).point(bent * 3)


CHANGES: Mapping[str, Callable[[tuple[int, int]], bytes]] = {
    "one word": lambda size: png(screen(size, word="Cancelled")),
    "one colour": lambda size: png(screen(size, accent=(25, 135, 84))),
    "shifted by 8": lambda size: png(screen(size, down=8)),
    "edges only": lambda size: png(edges_only(size)),
    "re-encoded": lambda size: png(screen(size), level=1),
}


def tiny() -> tuple[bytes, bytes]:
    """Draw a pair that is compared at once."""
    white = Image.new("RGB", (8, 8), _PAPER)
    dotted = white.copy()
    dotted.putpixel((4, 4), _INK)
    return png(white), png(dotted)


def folder(expected: Path, actual: Path, count: int) -> None:
    """Fill two folders with `count` mixed pairs: phones, tablets and desktops; half of them the same."""
    sizes = ((400, 300), (390, 844), (1024, 768), (1280, 800), (1920, 1080))
    changes = list(CHANGES.values())
    goldens = {size: png(screen(size)) for size in sizes}
    candidates = {(size, at): change(size) for size in sizes for at, change in enumerate(changes)}
    for number in range(count):
        size, way = sizes[number % len(sizes)], number // len(sizes) % (2 * len(changes))
        (expected / f"screen-{number:03}.png").write_bytes(goldens[size])
        same = way >= len(changes)
        (actual / f"screen-{number:03}.png").write_bytes(goldens[size] if same else candidates[size, way])
