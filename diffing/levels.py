"""Give a picture's grey levels on white, to be drawn pale under something; a common PNG on the fast road.

Green stands for grey: it makes most of what is seen as brightness, and nobody looks for colours there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diffing import built, compiled, png
from diffing.images import Pixels

Levels = NDArray[np.uint8]
"""Height × width: 0 black to 255 white."""

_OPAQUE = 255


def quickly(content: bytes, *, most_pixels: int) -> Levels | None:
    """Read the levels of a common PNG with the compiled core; None where it is another file, or not sound."""
    raw = png.read(content, most_pixels=most_pixels) if built.CORE is not None else None
    if raw is None:
        return None
    compiled.decode(raw)
    rows = raw.pixels.reshape(raw.height, -1)[:, 1:]
    if raw.palette is not None:
        colours = np.frombuffer(raw.palette, np.uint8).reshape(1, -1, 4)
        return np.asarray(of(colours)[0][rows])
    match raw.channels:
        case 1:
            return rows
        case 3:
            return rows[:, 1::3]
        case channels:
            return _on_white(rows[:, channels // 2 - 1 :: channels], rows[:, channels - 1 :: channels])


def of(frame: Pixels) -> Levels:
    """Give the levels of a decoded frame."""
    return _on_white(frame[:, :, 1], frame[:, :, 3])


def _on_white(levels: Levels, alpha: Levels) -> Levels:
    if alpha.min() == _OPAQUE:
        return levels
    shown = levels.astype(np.uint16) * alpha + np.uint16(_OPAQUE) * (_OPAQUE - alpha) + np.uint16(_OPAQUE // 2)
    return (shown // _OPAQUE).astype(np.uint8)
