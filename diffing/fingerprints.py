"""Sum up a change, so that the same one is known again in other goldens."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from diffing.words import Box
from diffing.yiq import Mask


def form(mask: Mask, mark: int, boxes: Sequence[Box]) -> str:
    """Sum up the form of what a mask marks so, wherever it lies on the picture."""
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    total = sha256(f"{right - left}×{bottom - top}".encode())
    total.update(np.packbits(mask[top:bottom, left:right] == mark).data)
    return total.hexdigest()


def exchange(frames: Sequence[Sequence[int]]) -> str:
    """Sum up which pixels were removed and which were added in each frame, in reading order, wherever they lie.

    Anti-aliased ones count too: where one golden's pictures stand for another's, nothing may be lost."""
    return sha256(repr(frames).encode()).hexdigest()


def beside(exchanged: str, *unseen: str) -> str:
    """Let an exchange of pixels stand for what no picture shows as well: an SVG's lines, what a PDF says."""
    return (
        sha256("\0".join((exchanged, *unseen)).encode("utf-8", "backslashreplace")).hexdigest()
        if exchanged
        else ""
    )
