"""Tell which pixels are not compared: ignored regions, painted masks, and what drifting sizes leave over."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from diffing import images
from diffing.images import Pixels
from diffing.words import Box, Refused, Region, Rules, Size

Area = NDArray[np.bool_]
"""Height × width: true where nothing is compared."""

_HALF = 128


def area(rules: Rules, golden: Size, candidate: Size, canvas: Size) -> Area | None:
    """Give what is not compared on the canvas that holds both pictures; None where all is.

    Shares are of the golden. Raises Refused where a mask is no picture."""
    margin = golden != candidate and drifted(rules, golden, candidate)
    if not (rules.ignore or rules.masks or margin):
        return None
    found = np.zeros((canvas.height, canvas.width), np.bool_)
    for region in rules.ignore:
        left, top, right, bottom = _edges(region, golden)
        found[top:bottom, left:right] = True
    for content in rules.masks:
        painted = _painted(_read(content, rules))[: canvas.height, : canvas.width]
        found[: len(painted), : painted.shape[1]] |= painted
    if margin:
        found[min(golden.height, candidate.height) :] = True
        found[:, min(golden.width, candidate.width) :] = True
    return found


def drifted(rules: Rules, golden: Size, candidate: Size) -> bool:
    """Are the sizes no farther apart than the tolerance allows?"""
    across, down = abs(golden.width - candidate.width), abs(golden.height - candidate.height)
    return max(across, down) <= rules.tolerance.size


def _read(mask: bytes, rules: Rules) -> Pixels:
    try:
        return images.read(mask, most_pixels=rules.most_pixels).frames[0]
    except Refused as refused:
        raise Refused(f"a mask of the configuration {refused}") from refused


def _edges(region: Region, size: Size) -> tuple[int, int, int, int]:
    """Give left, top, right and bottom in pixels, none below zero; a share covers each pixel that it touches."""
    if isinstance(region, Box):
        edges = (region.left, region.top, region.left + region.width, region.top + region.height)
    else:
        right, bottom = region.left + region.width, region.top + region.height
        edges = (
            int(region.left * size.width),
            int(region.top * size.height),
            ceil(right * size.width),
            ceil(bottom * size.height),
        )
    left, top, right_, bottom_ = (max(0, edge) for edge in edges)
    return left, top, right_, bottom_


def _painted(mask: Pixels) -> Area:
    """Where is a mask painted? Where it is opaque; in a mask without transparency, where it is light."""
    alpha = mask[:, :, 3]
    if (alpha < _HALF).any():
        return np.asarray(alpha >= _HALF)
    return np.asarray(mask[:, :, :3].max(axis=2) >= _HALF)
