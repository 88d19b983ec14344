"""Give a picture's grey levels on white, to be drawn under something; a common PNG on the fast road."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diffing import built, compiled, png
from diffing.images import Pixels
from diffing.png import Raw

Levels = NDArray[np.uint8]
"""Height × width: 0 black to 255 white."""

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def quickly(content: bytes, *, most_pixels: int) -> Levels | None:
    """Read the levels of a common PNG with the compiled core; None where it is another file, or not sound."""
    if built.CORE is None:
        return None
    raw = png.read(content, most_pixels=most_pixels)
    if raw is None:
        return None
    compiled.decode(raw)
    if raw.palette is None:
        return _of(_picture(raw))
    indexes = np.frombuffer(raw.pixels, np.uint8).reshape(raw.height, -1)[:, 1:]
    return np.asarray(of(np.frombuffer(raw.palette, np.uint8).reshape(1, -1, 4))[0][indexes])


def of(frame: Pixels) -> Levels:
    """Give the levels of a decoded frame."""
    return _of(Image.fromarray(frame, "RGBA"))


def _picture(raw: Raw) -> Image.Image:
    """Hand rows to Pillow as they lie: beginning behind the first one's filter byte, it steps over the others'."""
    mode, stride = _MODES[raw.channels], 1 + raw.width * raw.channels
    raw.pixels.append(0)  # the last row has one to step over, too
    return Image.frombytes(mode, (raw.width, raw.height), memoryview(raw.pixels)[1:], "raw", mode, stride)


def _of(image: Image.Image) -> Levels:
    if image.mode in ("LA", "RGBA") and image.getextrema()[-1] != (255, 255):
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return np.asarray(image.convert("L"))
