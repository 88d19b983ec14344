"""Draw anti-aliased shapes and text in logical pixels: pictures that look like screens, the same every time."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.PngImagePlugin import PngInfo

Colour = str
Point = tuple[float, float]
_At = Callable[[Point], Point]
_Draw = Callable[[ImageDraw.ImageDraw, _At], None]
_FINE = 4  # shapes are drawn so much larger, then reduced: Pillow's own have hard edges


@lru_cache(maxsize=128)
def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was made without FreeType")
    return font


@lru_cache(maxsize=64)
def _corner(radius: int) -> Image.Image:
    large = Image.new("L", (radius * _FINE, radius * _FINE), 0)
    ImageDraw.Draw(large).ellipse((0, 0, 2 * radius * _FINE - 1, 2 * radius * _FINE - 1), fill=255)
    return large.reduce(_FINE)


def _rounded(width: int, height: int, radius: int) -> Image.Image:
    mask = Image.new("L", (width, height), 255)
    radius = min(radius, width // 2, height // 2)
    if radius > 0:
        corner = _corner(radius)
        for turn, place in enumerate(
            ((0, 0), (0, height - radius), (width - radius, height - radius), (width - radius, 0))
        ):
            mask.paste(corner.rotate(90 * turn), place)
    return mask


class Canvas:
    """A picture of `width` × `height` logical pixels, each `scale` real ones wide."""

    def __init__(
        self, width: int, height: int, background: Colour, *, scale: int = 2, contrast: float = 1.0
    ) -> None:
        self.width, self.height = width, height
        self._scale = scale
        self._contrast = contrast  # of text's edges: fonts are smoothed otherwise on another machine
        self._image = Image.new("RGB", (width * scale, height * scale), background)

    @property
    def image(self) -> Image.Image:
        """The picture as it stands."""
        return self._image

    def _px(self, length: float) -> int:
        return round(length * self._scale)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour, *, radius: float = 0) -> None:
        """Fill a rectangle, its corners rounded."""
        mask = _rounded(self._px(width), self._px(height), self._px(radius))
        self._image.paste(fill, (self._px(x), self._px(y)), mask)

    def frame(
        self, x: float, y: float, width: float, height: float, line: Colour, fill: Colour, *, radius: float = 0
    ) -> None:
        """Fill a rectangle with a line of one logical pixel around it."""
        self.box(x, y, width, height, line, radius=radius)
        self.box(x + 1, y + 1, width - 2, height - 2, fill, radius=max(radius - 1, 0))

    def shadow(self, x: float, y: float, width: float, height: float, *, radius: float, blur: float = 12) -> None:
        """Lay a soft shadow under what is drawn there next."""
        edge = self._px(blur) * 2
        size = (self._px(width), self._px(height))
        mask = Image.new("L", (size[0] + 2 * edge, size[1] + 2 * edge), 0)
        mask.paste(_rounded(*size, self._px(radius)).point(lambda value: value * 0.16), (edge, edge))
        mask = mask.filter(ImageFilter.GaussianBlur(self._px(blur) / 2))
        self._image.paste("#101828", (self._px(x) - edge, self._px(y + 4) - edge), mask)

    def gradient(
        self, x: float, y: float, width: float, height: float, start: Colour, end: Colour, *, radius: float = 0
    ) -> None:
        """Fill a rectangle from one colour at its top left to another at its bottom right."""
        size = (self._px(width), self._px(height))
        ramp = Image.linear_gradient("L").resize(size)
        across = Image.linear_gradient("L").rotate(90).resize(size)
        blended = Image.composite(
            Image.new("RGB", size, end), Image.new("RGB", size, start), Image.blend(ramp, across, 0.5)
        )
        self._image.paste(blended, (self._px(x), self._px(y)), _rounded(*size, self._px(radius)))

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Fill a circle around a point."""
        self.box(x - radius, y - radius, 2 * radius, 2 * radius, fill, radius=radius)

    def oval(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """Fill an ellipse in a rectangle."""
        self._fine(
            x,
            y,
            width,
            height,
            fill,
            lambda draw, at: draw.ellipse((*at((x, y)), *at((x + width, y + height))), fill=255),
        )

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        x, y, width, height = _around(points, 0)
        self._fine(
            x, y, width, height, fill, lambda draw, at: draw.polygon([at(point) for point in points], fill=255)
        )

    def line(self, points: Sequence[Point], fill: Colour, *, width: float = 1.5) -> None:
        """Draw a line through points, its ends and joints round."""
        thick = round(width * self._scale * _FINE)
        x, y, wide, high = _around(points, width)

        def draw_line(draw: ImageDraw.ImageDraw, at: _At) -> None:
            draw.line([at(point) for point in points], fill=255, width=thick, joint="curve")
            for left, top in (at(points[0]), at(points[-1])):
                draw.ellipse((left - thick / 2, top - thick / 2, left + thick / 2, top + thick / 2), fill=255)

        self._fine(x, y, wide, high, fill, draw_line)

    def ring(
        self, x: float, y: float, radius: float, fill: Colour, *, width: float, turn: tuple[float, float]
    ) -> None:
        """Draw a part of a ring around a point, from one angle to another in degrees, clockwise from the top."""
        start, end = (angle - 90 for angle in turn)
        thick = round(width * self._scale * _FINE)
        box = (x - radius, y - radius, x + radius, y + radius)
        self._fine(
            x - radius,
            y - radius,
            2 * radius,
            2 * radius,
            fill,
            lambda draw, at: draw.arc((*at(box[:2]), *at(box[2:])), start, end, fill=255, width=thick),
        )

    def _fine(self, x: float, y: float, width: float, height: float, fill: Colour, draw: _Draw) -> None:
        left, top = self._px(x) - 1, self._px(y) - 1
        size = (self._px(width) + 3, self._px(height) + 3)
        large = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)

        def at(point: Point) -> Point:
            return (point[0] * self._scale - left) * _FINE, (point[1] * self._scale - top) * _FINE

        draw(ImageDraw.Draw(large), at)
        self._image.paste(fill, (left, top), large.reduce(_FINE))

    def text(
        self, x: float, y: float, words: str, size: float, fill: Colour, *, bold: bool = False, anchor: str = "ls"
    ) -> float:
        """Write words at a point (by default the left end of their base line); give their width."""
        font = _font(size * self._scale)
        weight = size * self._scale * 0.022 if bold else 0
        mask = Image.new("L", self._image.size, 0)
        place = (x * self._scale, y * self._scale)
        ImageDraw.Draw(mask).text(place, words, fill=255, font=font, anchor=anchor, stroke_width=weight)
        self._ink(mask, fill)
        return font.getlength(words) / self._scale

    def _ink(self, mask: Image.Image, fill: Colour) -> None:
        box = mask.getbbox()
        if box:
            curve = [round(255 * (value / 255) ** self._contrast) for value in range(256)]
            self._image.paste(fill, box[:2], mask.crop(box).point(curve))

    def png(self, *, level: int = 6, by: str = "") -> bytes:
        """Give the picture as a PNG file. The level, and who it says drew it, change the bytes and no pixel."""
        said = PngInfo()
        if by:
            said.add_text("Software", by)
        out = io.BytesIO()
        self._image.save(out, "PNG", compress_level=level, pnginfo=said)
        return out.getvalue()


def _around(points: Sequence[Point], edge: float) -> tuple[float, float, float, float]:
    across, down = zip(*points, strict=True)
    return (
        min(across) - edge,
        min(down) - edge,
        max(across) - min(across) + 2 * edge,
        max(down) - min(down) + 2 * edge,
    )
