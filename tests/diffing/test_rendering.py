"""What people look at is drawn from a mask and its pictures."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from diffing.differ import differ
from diffing.images import Pixels
from diffing.rendering import difference, sheet, thumbnail
from diffing.words import Refused, Rules
from tests.diffing import drawing
from tests.diffing.paper import Page, pdf
from tests.diffing.test_svgs import svg


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


def test_of_a_long_page_the_top_is_shown() -> None:
    """Small enough to be whole, a page of ten screens would be a thread; a wide banner stays as it is."""
    long = shown(thumbnail(drawing.encoded(drawing.page(4000, 100)), most=150))
    assert long.shape == (150, 50, 3)
    assert shown(thumbnail(drawing.encoded(drawing.page(10, 400)), most=40)).shape == (1, 40, 3)


def test_no_picture_no_thumbnail() -> None:
    """Text cannot be drawn."""
    with pytest.raises(Refused):
        thumbnail(b"text")


def test_of_a_pdf_the_pages_that_differ_are_shown() -> None:
    """Each with its own marks only, one below the other."""
    golden = pdf(Page(), Page(draws="0 0 1 rg 20 20 30 30 re f"), Page(width=36))
    candidate = pdf(Page(), Page(draws="0 0 1 rg 26 20 30 30 re f"), Page(width=36, draws="0 g 0 0 9 9 re f"))
    found = differ(golden, candidate, Rules())
    assert found.mask
    picture = shown(difference(golden, candidate, found.mask))
    assert picture.shape == (96 + 12 + 96, 192, 3)
    red = (picture == (255, 0, 0)).all(axis=2)
    assert red[:96].any()
    assert int(red.sum()) == found.pixels


def test_pages_stand_one_below_the_other() -> None:
    """A sheet shows all of a PDF; of an SVG, what is not painted stays clear."""
    assert shown(sheet(pdf(Page(), Page(width=36)))).shape == (204, 192, 3)
    with Image.open(BytesIO(sheet(svg()))) as image:
        assert (image.size, image.mode, image.getpixel((0, 0))) == ((40, 20), "RGBA", (0, 0, 0, 0))


def test_an_svg_is_drawn_under_its_difference() -> None:
    """The marks are those of the drawings."""
    golden, candidate = svg(), svg('<rect x="10" y="5" width="24" height="10" fill="red"/>')
    found = differ(golden, candidate, Rules())
    assert found.mask
    assert int((shown(difference(golden, candidate, found.mask)) == (255, 0, 0)).all(axis=2).sum()) == 40
