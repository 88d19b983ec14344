"""What people look at is drawn from a mask and its pictures."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from diffing.differ import differ
from diffing.images import Pixels
from diffing.rendering import difference, thumbnail
from diffing.words import Refused, Rules
from tests.diffing import drawing


def shown(content: bytes) -> Pixels:
    """Decode what was drawn."""
    with Image.open(BytesIO(content)) as image:
        return np.array(image.convert("RGB"))


def test_what_differs_is_red_over_a_pale_candidate() -> None:
    """Exactly the counted pixels are red, the anti-aliased ones yellow, all else is pale grey."""
    golden, candidate = drawing.encoded(drawing.written("Total")), drawing.encoded(drawing.written("Paid"))
    found = differ(golden, candidate, Rules())
    assert found.mask
    drawn = shown(difference(golden, candidate, found.mask))
    red, yellow = ((drawn == colour).all(axis=2) for colour in ((255, 0, 0), (255, 255, 0)))
    assert (int(red.sum()), int(yellow.sum())) == (found.pixels, found.antialiased)
    rest = drawn[~red & ~yellow]
    assert rest.min() > 200
    assert (rest == rest[:, :1]).all()


def test_a_smaller_candidate_lets_the_golden_show() -> None:
    """The picture is of the larger of both."""
    golden, candidate = (drawing.encoded(drawing.written("Total", (120, height))) for height in (60, 30))
    found = differ(golden, candidate, Rules())
    assert found.mask
    assert shown(difference(golden, candidate, found.mask)).shape == (60, 120, 3)


def test_thumbnails_are_small_and_keep_their_shape() -> None:
    """The longer side is as long as asked; a small picture is not blown up."""
    assert shown(thumbnail(drawing.encoded(drawing.page(200, 100)), most=50)).shape == (50, 25, 3)
    assert shown(thumbnail(drawing.encoded(drawing.page(20, 10)), most=50)).shape == (20, 10, 3)


def test_no_picture_no_thumbnail() -> None:
    """Text cannot be drawn."""
    with pytest.raises(Refused):
        thumbnail(b"text")
