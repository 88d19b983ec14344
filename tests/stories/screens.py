"""Draw small screens for stories, and lay them out as Flutter leaves them in an artifact."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw

CONFIG = b"""\
version: 1
suites:
  - name: shop
    preset: flutter
    goldens: ["test/**/goldens/**/*.png"]
"""


def screen(word: str = "Sign in", colour: str = "navy", size: tuple[int, int] = (160, 90)) -> bytes:
    """Draw a screen with a word on a button."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((20, 30, size[0] - 20, 60), 8, fill=colour)
    pen.text((40, 38), word, fill="white")
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def mask(size: tuple[int, int] = (160, 90)) -> bytes:
    """Paint over a whole screen."""
    kept = io.BytesIO()
    Image.new("1", size, 1).save(kept, "PNG")
    return kept.getvalue()


def failures(goldens: Mapping[str, tuple[bytes, bytes]], folder: str = "test") -> dict[str, bytes]:
    """Lay out what `flutter test` leaves: by golden name what it read, and what it drew."""
    kept: dict[str, bytes] = {}
    for name, (golden, drawn) in goldens.items():
        kept[f"{folder}/failures/{name}_masterImage.png"] = golden
        kept[f"{folder}/failures/{name}_testImage.png"] = drawn
    return kept


LOGIN, CART = "test/goldens/login.png", "test/goldens/cart.png"
OLD, NEW, CART_NEW = screen("Sign in"), screen("Log in"), screen("Basket", "darkred")
