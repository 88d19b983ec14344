"""Compare two decoded pictures: how much differs, where, and what kind of change it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diffing import colours, engine, fingerprints, ignoring, maskfile, shifts, yiq
from diffing.images import Picture, Pixels
from diffing.png import Raw
from diffing.scenes import Measured, Scene
from diffing.words import Box, Difference, Kind, Outcome, Refused, Rules, Shift, Size
from diffing.yiq import Mask

_NOTHING: Pixels = np.zeros((1, 1, 4), np.uint8)
"""Stands for a frame that one side does not have: one transparent pixel, padded with others."""
_MOST_CANVAS = 2
"""The canvas that holds both pictures may be so much larger than one may be."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Seen:
    """What was measured on all frames together."""

    mask: Mask
    rows: slice
    """The rows of the mask that are marked, and maybe others."""
    pixels: int
    antialiased: int
    touched: int
    total: float
    largest: float
    exchange: tuple[tuple[int, ...], ...]
    """What was removed and added in each frame that differs."""
    scene: Scene | None
    """The only frame that differs; None where several do, or none."""
    around: Box | None
    """Around what is touched in it."""

    @property
    def mark(self) -> int:
        """What is told of: what differs; where nothing does, what is anti-aliased."""
        return yiq.DIFFERS if self.pixels else yiq.ANTIALIASED


def compare(golden: Picture, candidate: Picture, rules: Rules) -> Difference:
    """Compare frame by frame on a canvas that holds both, padded with transparency. The bytes differ."""
    size = _canvas(golden, candidate)
    _check(golden.size, candidate.size, size, rules)
    ignored = ignoring.area(rules, golden.size, candidate.size, size)
    equal, found = _as_many(golden, candidate), list[tuple[Scene, Measured]]()
    for one, two in _frames(golden, candidate):
        scene = engine.scene(one, two, None if ignored is None else _cut(ignored, one, two))
        if not scene.equal():
            equal = False
            found.append((scene, scene.measure(rules.tolerance)))
    return _equal(golden, candidate) if equal else _unequal(golden, candidate, rules, _together(found, size))


def _unequal(golden: Picture, candidate: Picture, rules: Rules, seen: Seen) -> Difference:
    marked = bool(seen.pixels or seen.antialiased)
    boxes = engine.boxes(seen.mask, seen.mark, seen.rows) if marked else ()
    kind, shift, why = _kind(golden, candidate, rules, seen, boxes)
    return Difference(
        outcome=Outcome.CHANGED,
        kind=kind,
        golden_size=golden.size,
        candidate_size=candidate.size,
        pixels=seen.pixels,
        antialiased=seen.antialiased,
        ratio=seen.pixels / (seen.mask.size * max(len(golden.sides), len(candidate.sides))),
        largest=seen.largest,
        mean=min(seen.total / seen.touched, seen.largest) if seen.touched else 0.0,
        boxes=boxes,
        shift=shift,
        fingerprint=fingerprints.form(seen.mask, seen.mark, boxes) if marked else "",
        exchange=fingerprints.exchange(seen.exchange) if marked else "",
        mask=maskfile.write(seen.mask, seen.rows) if marked and rules.mask else None,
        why=why,
    )


def _equal(golden: Picture, candidate: Picture) -> Difference:
    before, after = golden.facts, candidate.facts
    labels = sorted(label for label in {*before, *after} if before.get(label) != after.get(label))
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.METADATA_ONLY if labels else Kind.ENCODING_ONLY,
        golden_size=golden.size,
        candidate_size=candidate.size,
        why=f"Every pixel is the same; other {_listed(labels)}." if labels else "Other bytes, the same pixels.",
    )


# ------------------------------------------------------------------------------------------ the frames


def _canvas(golden: Picture, candidate: Picture) -> Size:
    sizes = [*golden.sizes, *candidate.sizes]
    return Size(max(size.width for size in sizes), max(size.height for size in sizes))


def _check(golden: Size, candidate: Size, canvas: Size, rules: Rules) -> None:
    """Refuse a very wide picture beside a very tall one, each of few pixels."""
    pixels = canvas.width * canvas.height
    if pixels > _MOST_CANVAS * rules.most_pixels:
        raise Refused(
            f"beside the golden of {golden} pixels, its {candidate} need a canvas of {pixels / 1e6:,.0f}"
            " megapixels; draw both in a similar size"
        )


def _as_many(golden: Picture, candidate: Picture) -> bool:
    return len(golden.sides) == len(candidate.sides)


def _frames(golden: Picture, candidate: Picture) -> Iterator[tuple[Pixels | Raw, Pixels | Raw]]:
    for index in range(max(len(golden.sides), len(candidate.sides))):
        one = golden.sides[index] if index < len(golden.sides) else _NOTHING
        two = candidate.sides[index] if index < len(candidate.sides) else _NOTHING
        yield one, two


def _cut(ignored: ignoring.Area, one: Pixels | Raw, two: Pixels | Raw) -> ignoring.Area:
    """Give what is ignored on the canvas of one pair of frames, which may be smaller than that of all."""
    sides = (_shape(one), _shape(two))
    return ignored[: max(height for height, _ in sides), : max(width for _, width in sides)]


def _shape(side: Pixels | Raw) -> tuple[int, int]:
    return (side.height, side.width) if isinstance(side, Raw) else (side.shape[0], side.shape[1])


def _together(found: Sequence[tuple[Scene, Measured]], size: Size) -> Seen:
    """Add up what was found in several frames."""
    touched = [(scene, each) for scene, each in found if each.touched]
    scene, alone = touched[0] if len(touched) == 1 else (None, None)
    around = alone.around if alone else None
    return Seen(
        mask=_merged([each.mask for _, each in touched], size),
        rows=slice(around.top, around.top + around.height) if around else slice(0, size.height),
        pixels=sum(each.pixels for _, each in touched),
        antialiased=sum(each.antialiased for _, each in touched),
        touched=sum(each.touched for _, each in touched),
        total=sum(each.total for _, each in touched),
        largest=max((each.largest for _, each in touched), default=0.0),
        exchange=tuple(each.exchange for _, each in touched),
        scene=scene,
        around=around,
    )


def _merged(masks: Sequence[Mask], size: Size) -> Mask:
    """Lay masks over each other: a pixel has its highest mark."""
    if len(masks) == 1 and masks[0].shape == (size.height, size.width):
        return masks[0]
    merged: Mask = np.zeros((size.height, size.width), np.uint8)
    for mask in masks:
        part = merged[: mask.shape[0], : mask.shape[1]]
        np.maximum(part, mask, out=part)
    return merged


# ------------------------------------------------------------------------------------------- the kind


def _kind(
    golden: Picture, candidate: Picture, rules: Rules, seen: Seen, boxes: tuple[Box, ...]
) -> tuple[Kind, Shift | None, str]:
    before, after = golden.size, candidate.size
    if before != after:
        return _resized(before, after, rules, seen)
    if not _as_many(golden, candidate):
        return Kind.CONTENT, None, f"{len(golden.sides)} frames became {len(candidate.sides)}."
    if not seen.touched:
        return Kind.CONTENT, None, "Only ignored regions differ."
    if not seen.pixels and not seen.antialiased:
        return Kind.CONTENT, None, "No pixel differs by more than the threshold."
    if not seen.pixels:
        return Kind.ANTIALIASING_ONLY, None, "Only anti-aliased edges differ."
    if shift := _shift(seen):
        return Kind.SHIFTED, shift, _sentence(str(shift))
    if seen.scene is not None and colours.recoloured(seen.scene, boxes):
        return Kind.RECOLOURED, None, "The same shapes in other colours."
    return Kind.CONTENT, None, ""


def _resized(before: Size, after: Size, rules: Rules, seen: Seen) -> tuple[Kind, Shift | None, str]:
    shift = _shift(seen)
    allowed = "which the tolerance allows" if ignoring.drifted(rules, before, after) else ""
    became = f"{before} became {after}" + (f", {allowed}" if allowed else "")
    return Kind.RESIZED, shift, _sentence(became, str(shift or ""))


def _shift(seen: Seen) -> Shift | None:
    """Find what moved; only where one frame differs."""
    return shifts.find(seen.scene, seen.around) if seen.scene and seen.around else None


def _sentence(*clauses: str) -> str:
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text[0].upper()}{text[1:]}."


def _listed(labels: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
