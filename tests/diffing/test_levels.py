"""Grey levels are the same on the fast road and on the slow one."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diffing import built, images, levels, maskfile
from diffing.images import Pixels
from tests.diffing import drawing

needs_core = pytest.mark.skipif(built.CORE is None, reason="the core was not built here")


@needs_core
@given(st.integers(0, 10_000), st.sampled_from(["L", "LA", "RGB", "RGBA", "P"]))
def test_both_roads_see_the_same(seed: int, mode: str) -> None:
    """Whatever the colour type, composed on white."""
    golden, _ = drawing.seeded(seed)
    content = drawing.encoded(np.array(Image.fromarray(golden).convert(mode)))
    if mode == "P":
        content = _palette(golden)
    quick = levels.quickly(content, most_pixels=1 << 20)
    assert quick is not None
    assert (quick == levels.of(images.read(content, most_pixels=1 << 20).frames[0])).all()


@pytest.mark.parametrize("content", [b"", b"text", drawing.encoded(drawing.page())[:200]])
def test_what_is_not_sound_has_no_quick_levels(content: bytes) -> None:
    """Whoever asks gets None, and asks Pillow."""
    assert levels.quickly(content, most_pixels=1 << 20) is None


def test_a_large_picture_has_none() -> None:
    """The bound on pixels holds here too."""
    assert levels.quickly(drawing.encoded(drawing.page(20, 20)), most_pixels=399) is None


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000))
def test_a_mask_is_read_as_it_was_written(height: int, width: int, seed: int) -> None:
    """Marks survive their file, at any width."""
    mask = np.random.default_rng(seed).integers(0, 3, (height, width), np.uint8)
    content = maskfile.write(mask, slice(0, height))
    read = maskfile.read(content, most_pixels=1600)
    assert read is not None
    assert (read == mask).all()
    assert maskfile.read(content, most_pixels=height * width - 1) is None


@given(st.binary(max_size=200), st.integers(0, 200))
def test_what_is_no_mask_is_none(noise: bytes, at: int) -> None:
    """A stranger's bytes, or a mask with some of them in it, are no mask, or one of marks that are known."""
    whole = maskfile.write(np.eye(9, dtype=np.uint8), slice(0, 9))
    for content in (noise, whole[:at] + noise + whole[at + len(noise) :], drawing.encoded(drawing.page())):
        read = maskfile.read(content, most_pixels=1 << 20)
        assert read is None or read.max() <= 2


def _palette(pixels: Pixels) -> bytes:
    """Write the red channel as indexes of 256 colours, some of them clear."""
    image = Image.fromarray(np.ascontiguousarray(pixels[:, :, 0])).convert("P")
    image.putpalette(bytes((index * step) % 256 for index in range(256) for step in (1, 3, 7)))
    out = BytesIO()
    image.save(out, "PNG", transparency=bytes(range(255, -1, -1)))
    return out.getvalue()
