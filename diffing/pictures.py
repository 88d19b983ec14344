"""Compare two decoded pictures: how much differs, where, and what kind of change it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import numpy as np
from PIL import Image

from diffing import colours, regions, shifts, yiq
from diffing.images import Picture, Pixels
from diffing.words import Box, Difference, Kind, Outcome, Rules
from diffing.yiq import Mask, Measured, packed

PALETTE = bytes((0, 0, 0, 255, 255, 0, 255, 0, 0))
"""The mask's colours: same (transparent), anti-aliased yellow, different red."""

Pair = tuple[Pixels, Pixels]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was measured on all frames together, and the frames that differ."""

    pixels: int
    antialiased: int
    touched: int
    total: float
    largest: float
    mask: Mask
    pairs: tuple[Pair, ...]


def compare(golden: Picture, candidate: Picture, rules: Rules) -> Difference:
    """Compare frame by frame on a canvas that holds both, padded with transparency. The bytes differ."""
    if _equal(golden, candidate):
        return _equal_pixels(golden, candidate)
    seen = _look(golden, candidate, rules)
    boxes = regions.boxes(_marks(seen.mask))
    kind, why = _kind(golden, candidate, seen, boxes)
    marked = bool(seen.pixels or seen.antialiased)
    return Difference(
        outcome=Outcome.CHANGED,
        kind=kind,
        golden_size=golden.size,
        candidate_size=candidate.size,
        pixels=seen.pixels,
        antialiased=seen.antialiased,
        ratio=seen.pixels / (seen.mask.size * max(len(golden.frames), len(candidate.frames))),
        largest=seen.largest,
        mean=min(seen.total / seen.touched, seen.largest) if seen.touched else 0.0,
        boxes=boxes,
        fingerprint=_fingerprint(seen, boxes) if marked else "",
        mask=encode(seen.mask) if marked else None,
        why=why,
    )


def encode(mask: Mask) -> bytes:
    """Write a mask as a palette PNG of two bits a pixel."""
    image = Image.fromarray(mask, "P")
    image.putpalette(PALETTE)
    out = BytesIO()
    image.save(out, "PNG", bits=2, transparency=b"\x00\xff\xff", compress_level=3)
    return out.getvalue()


def _equal(golden: Picture, candidate: Picture) -> bool:
    if len(golden.frames) != len(candidate.frames):
        return False
    return all(np.array_equal(a, b) for a, b in zip(golden.frames, candidate.frames, strict=True))


def _equal_pixels(golden: Picture, candidate: Picture) -> Difference:
    before, after = golden.facts, candidate.facts
    labels = sorted(label for label in {*before, *after} if before.get(label) != after.get(label))
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.METADATA_ONLY if labels else Kind.ENCODING_ONLY,
        golden_size=golden.size,
        candidate_size=candidate.size,
        why=f"Every pixel is the same; other {_listed(labels)}." if labels else "Other bytes, the same pixels.",
    )


def _look(golden: Picture, candidate: Picture, rules: Rules) -> Seen:
    height, width = (max(frame.shape[axis] for frame in (*golden.frames, *candidate.frames)) for axis in (0, 1))
    mask: Mask = np.zeros((height, width), np.uint8)
    pixels, antialiased, touched, total, largest = 0, 0, 0, 0.0, 0.0
    differing: list[Pair] = []
    for index in range(max(len(golden.frames), len(candidate.frames))):
        pair = (
            _canvas(golden.frames, index, height, width, rules.ignore),
            _canvas(candidate.frames, index, height, width, rules.ignore),
        )
        found = yiq.measure(*pair, rules.tolerance)
        pixels += int(np.count_nonzero(found.mask == yiq.DIFFERS))
        antialiased += int(np.count_nonzero(found.mask == yiq.ANTIALIASED))
        touched, total, largest = _added(found, touched, total, largest)
        np.maximum(mask, found.mask, out=mask)
        differing += [pair] if found.touched else []
    return Seen(pixels, antialiased, touched, total, largest, mask, tuple(differing))


def _added(found: Measured, touched: int, total: float, largest: float) -> tuple[int, float, float]:
    return touched + found.touched, total + found.total, max(largest, found.largest)


def _canvas(frames: tuple[Pixels, ...], index: int, height: int, width: int, ignore: Iterable[Box]) -> Pixels:
    """Give a frame on the common canvas, ignored boxes blank; a missing frame is all transparent."""
    frame = frames[index] if index < len(frames) else np.zeros((0, 0, 4), np.uint8)
    if frame.shape[:2] == (height, width) and not ignore:
        return frame
    canvas = np.zeros((height, width, 4), np.uint8)
    canvas[: frame.shape[0], : frame.shape[1]] = frame
    for box in ignore:
        left, top = max(0, box.left), max(0, box.top)
        canvas[top : max(0, box.top + box.height), left : max(0, box.left + box.width)] = 0
    return canvas


# ------------------------------------------------------------------------------------------- the kind


def _kind(golden: Picture, candidate: Picture, seen: Seen, boxes: tuple[Box, ...]) -> tuple[Kind, str]:
    before, after = golden.size, candidate.size
    if before != after:
        return Kind.RESIZED, _sentence(f"{before} became {after}", _shift(seen))
    if len(golden.frames) != len(candidate.frames):
        return Kind.CONTENT, f"{len(golden.frames)} frames became {len(candidate.frames)}."
    if not seen.touched:
        return Kind.CONTENT, "Only ignored regions differ."
    if not seen.pixels and not seen.antialiased:
        return Kind.CONTENT, "No pixel differs by more than the threshold."
    if not seen.pixels:
        return Kind.ANTIALIASING_ONLY, "Only anti-aliased edges differ."
    if shift := _shift(seen):
        return Kind.SHIFTED, _sentence(shift)
    if _recoloured(seen, boxes):
        return Kind.RECOLOURED, "The same shapes in other colours."
    return Kind.CONTENT, ""


def _recoloured(seen: Seen, boxes: tuple[Box, ...]) -> bool:
    if len(seen.pairs) != 1:
        return False
    golden, candidate = seen.pairs[0]
    return colours.recoloured(packed(golden), packed(candidate), boxes)


def _shift(seen: Seen) -> str:
    """Say what moved; only for pictures of one frame."""
    if len(seen.pairs) != 1:
        return ""
    golden, candidate = seen.pairs[0]
    unlike = packed(golden) != packed(candidate)
    rows, columns = np.flatnonzero(unlike.any(axis=1)), np.flatnonzero(unlike.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    around = Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)
    found = shifts.find(golden, candidate, around)
    return str(found) if found else ""


def _sentence(*clauses: str) -> str:
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text[0].upper()}{text[1:]}."


def _listed(labels: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


# ------------------------------------------------------------------------------------ the fingerprint


def _marks(mask: Mask) -> regions.Marks:
    """Mark what differs; where nothing does, what is anti-aliased."""
    differs = np.asarray(mask == yiq.DIFFERS)
    return differs if differs.any() else np.asarray(mask == yiq.ANTIALIASED)


def _fingerprint(seen: Seen, boxes: tuple[Box, ...]) -> str:
    """Sum up the form of the marked regions, wherever they lie, and the candidate's pixels in them."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    part = (slice(top, bottom), slice(left, right))
    marks = _marks(seen.mask[part])
    total = sha256(f"{right - left}×{bottom - top}".encode())
    total.update(np.packbits(marks).tobytes())
    for _, candidate in seen.pairs:
        total.update(candidate[part][marks].tobytes())
    return total.hexdigest()
