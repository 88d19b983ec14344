"""Measure how far pixels differ in colour, anti-aliasing apart, exactly as pixelmatch 7.2.0 (npm) counts.

The distance is that of Y. Kotsarenko and F. Ramos, "Measuring perceived color difference using YIQ NTSC
transmission color space in mobile applications" (2010); the detector that of V. Vyšniauskas, "Anti-aliased
pixel and intensity slope detector" (2009); which constants, which background under transparency and which
rounding is as in https://github.com/mapbox/pixelmatch at 7.2.0. Here only pixels that differ at all are
looked at, a band of rows at a time, so that the cost and the memory grow with the change.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diffing.images import Pixels
from diffing.words import Tolerance

SAME, ANTIALIASED, DIFFERS = 0, 1, 2
"""What stands in a mask."""

Mask = NDArray[np.uint8]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Packed = NDArray[np.uint32]

FARTHEST = 35215.0
"""The largest possible squared distance."""
UNIT = float(1 << 32)
_MODULUS = 1 << 64
_LINK = 0x9E3779B97F4A7C15
_LUMA = (0.29889531, 0.58662247, 0.11448223)
# The same weights as whole numbers. No two different colours weigh the same (|Δ| ≤ 510 a channel, all tried),
# so opaque pixels may be ordered by one exact weight each instead of by rounded differences.
_WEIGHTS = np.array([29889531.0, 58662247.0, 11448223.0])
_BAND = 1 << 16  # pixels: what a band's planes need stays in the processor's cache
_RIM = 2  # the detector looks at neighbours of neighbours


@dataclass(slots=True, eq=False)
class Counted:
    """What was counted, beside the mask (height × width of SAME, ANTIALIASED, DIFFERS)."""

    mask: Mask
    touched: int = 0
    """Pixels that differ at all."""
    largest: float = 0.0
    """The largest squared distance, in the metric's own unit: FARTHEST at most."""
    total: int = 0
    """The sum of the distances of all `touched` pixels, each as a whole number of `1 / UNIT`."""
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    removed: list[int] = field(default_factory=lambda: [0, 0, 0])
    """By mark, the chain of the golden's mixed pixels in reading order …"""
    added: list[int] = field(default_factory=lambda: [0, 0, 0])
    """… and of the candidate's."""


def packed(pixels: Pixels) -> Packed:
    """See each pixel as one number: height × width."""
    return np.ascontiguousarray(pixels).view(np.uint32)[:, :, 0]


def measure(golden: Pixels, candidate: Pixels, tolerance: Tolerance) -> Counted:
    """Compare two pictures of one size, pixel by pixel."""
    height, width = golden.shape[:2]
    ours, theirs = packed(golden), packed(candidate)
    counted = Counted(np.zeros((height, width), np.uint8))
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        index = np.flatnonzero(ours[top : top + rows] != theirs[top : top + rows])
        if index.size:
            band = slice(top, min(top + rows, height))
            squared = _band(golden, candidate, band, index, tolerance, counted.mask)
            marks = counted.mask[band].reshape(-1)[index]
            _count(counted, marks, squared, ours[band].reshape(-1)[index], theirs[band].reshape(-1)[index])
    return counted


def _count(counted: Counted, marks: Mask, squared: Floats, ours: Packed, theirs: Packed) -> None:
    counted.touched += marks.size
    counted.largest = max(counted.largest, float(squared.max()))
    counted.total += int((np.sqrt(squared / FARTHEST) * UNIT).astype(np.int64).sum())
    for mark in (ANTIALIASED, DIFFERS):
        at = marks == mark
        counted.counts[mark] += int(np.count_nonzero(at))
        counted.removed[mark] = _chained(counted.removed[mark], ours[at])
        counted.added[mark] = _chained(counted.added[mark], theirs[at])


def _chained(before: int, pixels: Packed) -> int:
    """Go on with a chain, each link of which is the one before times a constant plus a pixel, modulo 2^64."""
    links = np.full(pixels.size + 1, _LINK, np.uint64)
    links[0] = 1
    links = np.multiply.accumulate(links)[::-1]
    return (before * int(links[0]) + int((_mixed(pixels) * links[1:]).sum(dtype=np.uint64))) % _MODULUS


def _mixed(pixels: Packed) -> NDArray[np.uint64]:
    """Mix each pixel's bits, by SplitMix's finaliser (Steele, Lea and Flood, 2014)."""
    z = pixels.astype(np.uint64) + np.uint64(_LINK)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed


def _band(
    golden: Pixels, candidate: Pixels, rows: slice, index: Indices, tolerance: Tolerance, mask: Mask
) -> Floats:
    """Mark one band of the mask; give the squared distances at `index`, which is flat within the band."""
    ours, theirs = golden[rows].reshape(-1, 4)[index], candidate[rows].reshape(-1, 4)[index]
    tints = _tints(index + rows.start * golden.shape[1])
    squared = _squared(ours, theirs, tints)
    over = squared > FARTHEST * tolerance.threshold * tolerance.threshold
    beyond = index if tolerance.exact else index[over]
    marks = np.full(beyond.size, DIFFERS, np.uint8)
    if beyond.size and not (tolerance.antialiasing or tolerance.exact):
        marks[_smooth(golden, candidate, rows, beyond, tints[:, over])] = ANTIALIASED
    mask[rows].reshape(-1)[beyond] = marks
    return squared


def _tints(index: Indices) -> Floats:
    """Give the background that shows through transparency at flat positions: 3 × n."""
    byte = index * 4.0
    green = np.floor(byte / 1.618033988749895) % 2
    blue = np.floor(byte / 2.618033988749895) % 2
    return np.stack((np.full(byte.size, 48.0), 48 + 159 * green, 48 + 159 * blue))


def _squared(ours: Pixels, theirs: Pixels, tints: Floats) -> Floats:
    """Give the squared YIQ distance of n × 4 pixels. The order of the operations is the reference's."""
    one, two = ours.T.astype(np.float64), theirs.T.astype(np.float64)
    if one[3].min() == two[3].min() == 255:
        red, green, blue = one[:3] - two[:3]
    else:
        red, green, blue = (one[:3] * one[3] - two[:3] * two[3] - tints * (one[3] - two[3])) / 255
    y = red * 0.29889531 + green * 0.58662247 + blue * 0.11448223
    i = red * 0.59597799 - green * 0.27417610 - blue * 0.32180189
    q = red * 0.21147017 - green * 0.52261711 + blue * 0.31114694
    squared: Floats = 0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
    return squared


# -------------------------------------------------------------------------------------- anti-aliasing


def _smooth(golden: Pixels, candidate: Pixels, rows: slice, index: Indices, tints: Floats) -> NDArray[np.bool_]:
    """Tell which pixels at `index` (flat within the rows) are anti-aliased in the one or the other picture."""
    width = golden.shape[1]
    stride = width + 2 * _RIM
    at = (index // width + _RIM) * stride + index % width + _RIM
    ours, theirs = _rimmed(golden, rows), _rimmed(candidate, rows)
    one, two = _same_colour(ours), _same_colour(theirs)
    found = _antialiased(ours, one, two, at, tints, stride)
    rest = np.flatnonzero(~found)
    found[rest] = _antialiased(theirs, two, one, at[rest], tints[:, rest], stride)
    return found


def _rimmed(pixels: Pixels, rows: slice) -> Floats:
    """Give rows with a rim around them, NaN outside the picture: 4 × (rows + 2 rims) · (width + 2 rims)."""
    height, width = pixels.shape[:2]
    first, last = max(rows.start - _RIM, 0), min(rows.stop + _RIM, height)
    down = first - rows.start + _RIM
    planes = np.full((4, rows.stop - rows.start + 2 * _RIM, width + 2 * _RIM), np.nan)
    planes[:, down : down + last - first, _RIM:-_RIM] = pixels[first:last].transpose(2, 0, 1)
    return planes.reshape(4, -1)


def _same_colour(planes: Floats) -> Floats:
    """Give each pixel one number that only an equal pixel has; NaN equals nothing."""
    number: Floats = planes[0] + planes[1] * 256 + planes[2] * 65536 + planes[3] * 16777216
    return number


def _antialiased(
    planes: Floats, own: Floats, other: Floats, at: Indices, tints: Floats, stride: int
) -> NDArray[np.bool_]:
    around = _around(stride)
    deltas = _brightness(planes, at, at + around, tints)
    outside = np.isnan(deltas)
    equal = (deltas == 0).sum(axis=0) + outside.any(axis=0)
    deltas[outside] = 0
    lowest, highest = deltas.min(axis=0), deltas.max(axis=0)
    maybe = np.flatnonzero((equal <= 2) & (lowest < 0) & (highest > 0))
    deltas, centre = deltas[:, maybe], at[maybe]
    darkest = centre + around[deltas.argmin(axis=0), 0]
    brightest = centre + around[deltas.argmax(axis=0), 0]
    found = np.zeros(at.size, np.bool_)
    found[maybe] = _flat(own, other, darkest, around) | _flat(own, other, brightest, around)
    return found


def _around(stride: int) -> Indices:
    """Give the steps to the 8 neighbours, column by column as the reference goes: the first of equals wins."""
    steps = [dx + dy * stride for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
    return np.array(steps)[:, None]


def _brightness(planes: Floats, at: Indices, near: Indices, tints: Floats) -> Floats:
    """Give how much brighter each pixel is than its neighbours: 8 × n, NaN outside the picture."""
    if np.nanmin(planes[3]) == 255:
        weight = _WEIGHTS @ planes[:3]
        delta: Floats = weight[at] - weight[near]
        return delta
    alpha = planes[3][at] - planes[3][near]
    delta = np.zeros(near.shape)
    for plane, tint, share in zip(planes[:3], tints, _LUMA, strict=True):
        deep = plane * planes[3]
        delta += (deep[at] - deep[near] - tint * alpha) / 255 * share
    return delta


def _flat(own: Floats, other: Floats, at: Indices, around: Indices) -> NDArray[np.bool_]:
    """Tell which pixels have three or more equal neighbours in both pictures."""
    return _many(own, at, around) & _many(other, at, around)


def _many(colour: Floats, at: Indices, around: Indices) -> NDArray[np.bool_]:
    near = colour[at + around]
    siblings = (near == colour[at]).sum(axis=0) + np.isnan(near).any(axis=0)
    return np.asarray(siblings > 2)
