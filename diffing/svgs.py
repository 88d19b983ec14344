"""Draw an SVG that a stranger made, after it was read and written anew with nothing in it that leads outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image

from diffing.images import Picture
from diffing.words import Refused, Size

PIXELS_AN_INCH = 96
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"
_BETWEEN = "\n"
"""Between namespace and local name, in what expat gives: it stands in neither."""
MOST_PIXELS = 20_000_000
_MOST_DEPTH = 500
_MOST_CHARACTERS = 32 * 1024 * 1024
"""Of what is written anew: entities make more of less."""
_LONGEST_LENGTH = 64
_LENGTH = re.compile(r"\s*\+?([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]{1,3})?)\s*(px|in|cm|mm|pt|pc|Q|em|ex|%)?\s*")
_PIXELS = {
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "Q": 96 / 101.6,
    "pt": 96 / 72,
    "pc": 16.0,
    "em": 16.0,
    "ex": 8.0,
}
_DEFAULT = (300.0, 150.0)
"""What browsers take where an SVG says no size (CSS 2.2 § 10.3.2)."""
_SPACE_COUNTS = frozenset({"text", "tspan", "textPath", "tref", "title", "desc", "style", "script"})
_NEVER_DRAWN = frozenset({"script", "foreignObject", "handler", "listener"})
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
"""A reference that leads nowhere outside: into the file itself, or to pixels it brings along."""

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Start:
    """An element begins; names are `namespace newline local name`."""

    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class End:
    """An element ends."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Characters of an element."""

    text: str


Token = Start | End | Text


@dataclass(slots=True)
class _Reader:
    """Collects what expat tells."""

    tokens: list[Token] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    characters: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._flush()
        self._weigh(len(name) + sum(len(key) + len(value) for key, value in attributes.items()))
        self.tokens.append(Start(name, attributes))
        self.open.append(name)
        if len(self.open) > _MOST_DEPTH:
            raise Refused("is an SVG of elements in elements without end")

    def end(self, name: str) -> None:
        self._flush()
        self.tokens.append(End(name))
        self.open.pop()

    def text(self, text: str) -> None:
        self._weigh(len(text))
        self.waiting.append(text)

    def _flush(self) -> None:
        text = "".join(self.waiting)
        self.waiting.clear()
        counts = bool(self.open) and _local(self.open[-1]) in _SPACE_COUNTS
        if text and (counts or text.strip()):
            self.tokens.append(Text(text))

    def _weigh(self, characters: int) -> None:
        self.characters += characters
        if self.characters > _MOST_CHARACTERS:
            raise Refused("is an SVG that grows beyond all bounds when it is read")


def available() -> bool:
    """Is the extra `golddigger[svg]` installed?"""
    return find_spec("resvg_py") is not None


def read(content: bytes, *, most_pixels: int) -> Picture:
    """Draw an SVG at its own size, as the only frame. Raises Refused with a clause.

    Nothing but what stands in the file is drawn: no other file, no address, no script, no style sheet of others.
    The size is judged before a pixel is drawn."""
    if not available():
        raise Refused("is an SVG, and nothing that draws SVGs is installed: add the extra `golddigger[svg]`")
    tokens = parse(content)
    size, most_pixels = _size(tokens), min(most_pixels, MOST_PIXELS)
    if size.width * size.height > most_pixels:
        raise Refused(
            f"is an SVG of {size}; at most {most_pixels / 1e6:g} megapixels are drawn: make a smaller one"
        )
    return Picture((_drawn("".join(_write(_sized(tokens, size))), size),), {})


def parse(content: bytes) -> list[Token]:
    """Read what an SVG says: no comments, no white space that means nothing, entities resolved. Raises Refused."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.ExternalEntityRefHandler = _refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as broken:
        raise Refused(f"is an SVG that cannot be read ({broken}): let CI draw and keep it again") from broken
    if not reader.tokens or reader.tokens[0] != Start(f"{_SVG}{_BETWEEN}svg", _root(reader.tokens)):
        raise Refused("begins like an SVG, and its root is no <svg> of the namespace http://www.w3.org/2000/svg")
    return reader.tokens


def lacks_fonts(content: bytes) -> bool:
    """Has an SVG texts, and this machine no font to draw them with?"""
    try:
        texts = any(isinstance(token, Start) and _local(token.name) == "text" for token in parse(content))
    except Refused:
        return False
    return texts and not _has_fonts()


@cache
def _has_fonts() -> bool:
    probe = f'<svg xmlns="{_SVG}" width="20" height="20"><text y="15">W</text></svg>'
    return bool(_drawn(probe, Size(20, 20))[:, :, 3].any())


def same_writing(golden: bytes, candidate: bytes) -> bool:
    """Do two SVGs say the same, but for comments, quotes, order of attributes and space between elements?"""
    try:
        return parse(golden) == parse(candidate)
    except Refused:
        return False


# ---------------------------------------------------------------------------------------------- the size


def _root(tokens: list[Token]) -> Attributes:
    first = tokens[0]
    return first.attributes if isinstance(first, Start) else {}


def _size(tokens: list[Token]) -> Size:
    """Give the size an SVG asks for, in whole pixels: width and height, else those of its view box."""
    root = _root(tokens)
    box = _view_box(root)
    width, height = (
        _side(root.get("width"), box[0] if box else None),
        _side(root.get("height"), box[1] if box else None),
    )
    if width is None and height is None:
        width, height = box or _DEFAULT
    elif width is None and height is not None:
        width = height * box[0] / box[1] if box else _DEFAULT[0]
    elif height is None and width is not None:
        height = width * box[1] / box[0] if box else _DEFAULT[1]
    assert width is not None and height is not None  # noqa: S101, PT018 - for the type checker
    if not (0 < width < 1e6 and 0 < height < 1e6):
        raise Refused("is an SVG of a size that nobody can draw")
    return Size(max(1, round(width)), max(1, round(height)))


def _side(said: str | None, of: float | None) -> float | None:
    """Give a length in pixels, a percentage as a share of the view box; None where there is none."""
    found = _LENGTH.fullmatch((said or "")[:_LONGEST_LENGTH])
    if not found:
        return None
    number, unit = float(found[1]), found[2] or "px"
    if unit == "%":
        return None if of is None else of * number / 100
    return number * _PIXELS[unit]


def _view_box(root: Attributes) -> tuple[float, float] | None:
    try:
        _, _, width, height = map(float, re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        return None
    return (width, height) if 0 < width < 1e9 and 0 < height < 1e9 else None


def _sized(tokens: list[Token], size: Size) -> Iterator[Token]:
    """Write the size in whole pixels into the root, with what then fills it."""
    root = dict(_root(tokens))
    if _view_box(root) is None:
        root.pop("viewBox", None)
    yield Start(tokens[0].name, root | {"width": str(size.width), "height": str(size.height)})  # type: ignore[union-attr]
    yield from tokens[1:]


# ------------------------------------------------------------------------------------------- written anew


def _write(tokens: Iterator[Token]) -> Iterator[str]:
    """Write what may be drawn. What was not read by us is not read by the one that draws either."""
    hidden = 0
    for token in tokens:
        if isinstance(token, Text):
            yield escape(token.text) if not hidden else ""
            continue
        drawn = token.name.startswith(f"{_SVG}{_BETWEEN}") and _local(token.name) not in _NEVER_DRAWN
        if hidden or not drawn:
            hidden += 1 if isinstance(token, Start) else -1
        elif isinstance(token, Start):
            yield f"<{_local(token.name)}{''.join(_attributes(token))}>"
        else:
            yield f"</{_local(token.name)}>"


def _attributes(start: Start) -> Iterator[str]:
    if _local(start.name) == "svg":
        yield f' xmlns="{_SVG}" xmlns:xlink="{_XLINK}"'
    for name, value in start.attributes.items():
        written = _attribute(name)
        if written and _leads_inside(written, value):
            yield f" {written}={quoteattr(value)}"


def _attribute(name: str) -> str:
    """Give an attribute's name with its prefix; empty where it is of a namespace that nobody draws."""
    namespace, _, local = name.rpartition(_BETWEEN)
    prefix = {"": "", _XLINK: "xlink:", _XML: "xml:"}.get(namespace)
    return "" if prefix is None or local.startswith("on") else f"{prefix}{local}"


def _leads_inside(name: str, value: str) -> bool:
    return not name.endswith("href") or _INSIDE.match(value) is not None


def _local(name: str) -> str:
    return name.rpartition(_BETWEEN)[2]


def _refuse_entity(*_: object) -> int:
    """Refuse an entity that stands in another file."""
    return 0


# ----------------------------------------------------------------------------------------------- drawn


def _drawn(svg: str, size: Size) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    import resvg_py

    draw: Callable[..., bytes] = resvg_py.svg_to_bytes
    try:
        png = draw(svg_string=svg, width=size.width, height=size.height, dpi=PIXELS_AN_INCH, **_FAMILIES)
    except ValueError as broken:
        raise Refused(f"is an SVG that cannot be drawn ({str(broken)[:200]})") from broken
    with Image.open(BytesIO(png), formats=["PNG"]) as image:
        pixels = np.asarray(image.convert("RGBA"))
    if pixels.shape[:2] == (size.height, size.width):
        return pixels
    canvas = np.zeros((size.height, size.width, 4), np.uint8)
    part = pixels[: size.height, : size.width]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


_FAMILIES = {
    "font_family": "DejaVu Sans",
    "serif_family": "DejaVu Serif",
    "sans_serif_family": "DejaVu Sans",
    "monospace_family": "DejaVu Sans Mono",
}
