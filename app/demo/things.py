"""Draw what stands in screens: goods on a shelf, faces, small signs."""

from __future__ import annotations

from collections.abc import Callable

from app.demo.canvas import Canvas, Colour

Thing = Callable[[Canvas, float, float, float], None]
"""Draws itself into a square: canvas, left, top, side."""


def mug(canvas: Canvas, x: float, y: float, side: float) -> None:
    """A mug that steams."""
    unit = side / 100
    canvas.ring(x + 68 * unit, y + 58 * unit, 14 * unit, "#c2573d", width=6 * unit, turn=(0, 360))
    canvas.box(x + 26 * unit, y + 38 * unit, 42 * unit, 42 * unit, "#d96c4f", radius=9 * unit)
    canvas.box(x + 26 * unit, y + 38 * unit, 42 * unit, 10 * unit, "#e98a6f", radius=5 * unit)
    for left in (38, 50):
        points = [
            (x + (left + bend) * unit, y + (30 - 5 * step) * unit) for step, bend in enumerate((0, 3, 0, -3, 0))
        ]
        canvas.line(points, "#e9d8cf", width=2.2 * unit)


def lamp(canvas: Canvas, x: float, y: float, side: float) -> None:
    """A lamp on a table."""
    unit = side / 100
    canvas.oval(x + 30 * unit, y + 78 * unit, 40 * unit, 9 * unit, "#7a5c3e")
    canvas.line([(x + 50 * unit, y + 48 * unit), (x + 50 * unit, y + 80 * unit)], "#8c6a48", width=4 * unit)
    shade = ((36, 18), (64, 18), (76, 52), (24, 52))
    canvas.shape([(x + left * unit, y + top * unit) for left, top in shade], "#f2c14e")
    canvas.shape(
        [(x + left * unit, y + top * unit) for left, top in ((24, 52), (76, 52), (74, 46), (26, 46))], "#dca936"
    )


def plant(canvas: Canvas, x: float, y: float, side: float) -> None:
    """A plant in a pot."""
    unit = side / 100
    leaves = (
        ((50, 60), (30, 44), (26, 22), (44, 34)),
        ((50, 60), (70, 44), (76, 20), (56, 34)),
        ((50, 62), (43, 36), (51, 10), (59, 36)),
    )
    for leaf, colour in zip(leaves, ("#3f8f63", "#4ea673", "#5bb981"), strict=True):
        canvas.shape([(x + left * unit, y + top * unit) for left, top in leaf], colour)
    canvas.shape(
        [(x + left * unit, y + top * unit) for left, top in ((32, 58), (68, 58), (63, 88), (37, 88))], "#e6e0d6"
    )
    canvas.box(x + 29 * unit, y + 55 * unit, 42 * unit, 8 * unit, "#f4efe7", radius=3 * unit)


def chair(canvas: Canvas, x: float, y: float, side: float) -> None:
    """A chair with wooden legs."""
    unit = side / 100
    for left, foot in ((36, 30), (64, 70)):
        canvas.line(
            [(x + left * unit, y + 62 * unit), (x + foot * unit, y + 88 * unit)], "#a9784e", width=4 * unit
        )
    canvas.box(x + 27 * unit, y + 16 * unit, 46 * unit, 44 * unit, "#4f7cac", radius=14 * unit)
    canvas.box(x + 22 * unit, y + 50 * unit, 56 * unit, 16 * unit, "#3f6a98", radius=8 * unit)


def vase(canvas: Canvas, x: float, y: float, side: float) -> None:
    """A vase with two dry stalks."""
    unit = side / 100
    for left, top, colour in ((40, 12, "#d9a441"), (60, 18, "#c98b2e")):
        canvas.line([(x + 50 * unit, y + 48 * unit), (x + left * unit, y + top * unit)], "#9c8a5a", width=2 * unit)
        canvas.disc(x + left * unit, y + top * unit, 6 * unit, colour)
    canvas.oval(x + 30 * unit, y + 44 * unit, 40 * unit, 44 * unit, "#8a7fb5")
    canvas.box(x + 43 * unit, y + 36 * unit, 14 * unit, 16 * unit, "#8a7fb5", radius=3 * unit)
    canvas.oval(x + 36 * unit, y + 52 * unit, 10 * unit, 22 * unit, "#a49bc9")


def tile(canvas: Canvas, x: float, y: float, side: float, colours: tuple[Colour, Colour], thing: Thing) -> None:
    """A thing on a rounded, softly coloured ground."""
    canvas.gradient(x, y, side, side, *colours, radius=side / 7)
    thing(canvas, x, y, side)


def face(canvas: Canvas, x: float, y: float, radius: float, letters: str, colours: tuple[Colour, Colour]) -> None:
    """A person's round picture with initials."""
    canvas.gradient(x - radius, y - radius, 2 * radius, 2 * radius, *colours, radius=radius)
    canvas.text(x, y, letters, radius * 0.8, "#ffffff", bold=True, anchor="mm")


def star(canvas: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    """A star with five points."""
    around = (
        (0, -1),
        (0.26, -0.36),
        (0.95, -0.31),
        (0.43, 0.14),
        (0.59, 0.81),
        (0, 0.44),
        (-0.59, 0.81),
        (-0.43, 0.14),
        (-0.95, -0.31),
        (-0.26, -0.36),
    )
    canvas.shape([(x + left * radius, y + top * radius) for left, top in around], colour)


def tick(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A tick around a point."""
    points = [(x - 0.4 * size, y), (x - 0.1 * size, y + 0.3 * size), (x + 0.45 * size, y - 0.35 * size)]
    canvas.line(points, colour, width=size * 0.2)


def chevron(canvas: Canvas, x: float, y: float, colour: Colour, *, towards: int = 1) -> None:
    """An arrow head, towards the right (1) or the left (-1)."""
    canvas.line([(x - 3 * towards, y - 6), (x + 3 * towards, y), (x - 3 * towards, y + 6)], colour, width=2)


def bag(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """A shopping bag around a point."""
    canvas.ring(x, y - 4, 5, colour, width=1.8, turn=(270, 450))
    canvas.box(x - 8, y - 4, 16, 14, colour, radius=3)


def switch(canvas: Canvas, x: float, y: float, ground: Colour, knob: Colour, *, on: bool) -> None:
    """A switch whose right end is at x."""
    canvas.box(x - 48, y - 14, 48, 28, ground, radius=14)
    canvas.disc(x - (14 if on else 34), y, 11, knob)
