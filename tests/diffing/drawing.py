"""Draw small pictures for the tests, from a seed or by hand."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from diffing.images import Pixels

WHITE = (255, 255, 255, 255)


def encoded(pixels: NDArray[Any], kind: str = "PNG", **options: object) -> bytes:
    """Write pixels as an image file."""
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, kind, **options)
    return out.getvalue()


def written(text: str, size: tuple[int, int] = (120, 60), at: tuple[float, float] = (8, 20)) -> Pixels:
    """Draw dark text on white."""
    image = Image.new("RGBA", size, WHITE)
    ImageDraw.Draw(image).text(at, text, fill=(20, 20, 20, 255), font=ImageFont.load_default(size=16))
    return np.array(image)


def page(height: int = 200, width: int = 160) -> Pixels:
    """Draw a page whose rows and columns are all different from each other."""
    noise = np.random.default_rng(7).integers(0, 256, (height, width), np.uint8)
    return np.dstack((noise, noise, noise, np.full_like(noise, 255)))


def seeded(seed: int) -> tuple[Pixels, Pixels]:
    """Draw a pair as they come: noise, few colours, smooth discs with transparency; edited, moved or anew.

    `RandomState` because its stream is frozen: a seed gives the same pair in every NumPy to come."""
    random = np.random.RandomState(seed)
    height, width = (int(side) for side in random.randint(1, 48, 2))
    golden, other = (_drawn(random, seed % 4, height, width) for _ in range(2))
    match seed // 4 % 4:
        case 0:
            return golden, other
        case 1:
            return golden, np.roll(golden, random.randint(-2, 3), axis=random.randint(0, 2))
        case 2:
            shade = random.randint(-40, 40, golden.shape)
            return golden, np.clip(golden + shade, 0, 255).astype(np.uint8)
    edited = random.random_sample((height, width, 1)) < random.random_sample()
    return golden, np.where(edited, other, golden)


def _drawn(random: np.random.RandomState, style: int, height: int, width: int) -> Pixels:
    noise = random.randint(0, 256, (height, width, 4)).astype(np.uint8)
    if style == 0:
        return noise
    if style == 1:
        return np.dstack((noise[:, :, :3], np.full((height, width), 255, np.uint8)))
    if style == 2:
        palette: Pixels = random.randint(0, 256, (4, 4)).astype(np.uint8)
        palette[:3, 3] = 255
        chosen: Pixels = palette[random.randint(0, 4, (height, width))]
        return chosen
    return _discs(random, height, width)


def _discs(random: np.random.RandomState, height: int, width: int) -> Pixels:
    """Draw discs with anti-aliased edges, as text has them."""
    canvas = np.ones((height, width, 4)) * random.choice([0, 90, 255, 255], 4)
    y, x = np.mgrid[:height, :width]
    for _ in range(6):
        middle, radius = random.random_sample(2) * (height, width), 1 + random.random_sample() * 9
        distance = np.sqrt((y - middle[0]) ** 2 + (x - middle[1]) ** 2)
        share = np.clip(radius - distance + 0.5, 0, 1)[:, :, None]
        canvas += share * (random.choice([0, 130, 255, 255], 4) - canvas)
    pixels: Pixels = np.round(canvas).astype(np.uint8)
    return pixels
