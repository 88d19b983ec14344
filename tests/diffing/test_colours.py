"""A recolouring keeps every shape and turns each colour into one other."""

from __future__ import annotations

import numpy as np
import pytest

from diffing import colours, engine
from diffing.images import Pixels
from diffing.words import Tolerance
from diffing.yiq import DIFFERS
from tests.diffing import drawing

pytestmark = pytest.mark.usefixtures("road")


def recoloured(golden: Pixels, candidate: Pixels) -> bool:
    """Look where the pictures differ."""
    scene = engine.scene(golden, candidate, None)
    mask = scene.measure(Tolerance(exact=True)).mask
    return colours.recoloured(scene, engine.boxes(mask, DIFFERS, slice(0, len(mask))))


def test_ink_of_another_colour() -> None:
    """Dark letters that turn red, soft edges too."""
    golden = drawing.written("Total")
    candidate = golden.copy()
    candidate[:, :, 0] = 255
    assert recoloured(golden, candidate)


def test_a_plain_button_of_another_colour() -> None:
    """A rectangle without any text, on its ground."""
    golden = np.full((80, 120, 4), 255, np.uint8)
    candidate = golden.copy()
    golden[30:50, 40:90] = (0, 90, 250, 255)
    candidate[30:50, 40:90] = (0, 200, 90, 255)
    assert recoloured(golden, candidate)


def test_another_word_is_no_recolouring() -> None:
    """Ink becomes ground and ground becomes ink, but not everywhere."""
    assert not recoloured(drawing.written("Total"), drawing.written("Refund"))


def test_a_new_rectangle_is_no_recolouring() -> None:
    """The ground keeps its colour around it."""
    golden = np.full((400, 400, 4), 255, np.uint8)
    candidate = golden.copy()
    candidate[50:350, 50:350] = (0, 200, 90, 255)
    assert not recoloured(golden, candidate)


def test_large_pictures_are_looked_at_by_a_grid() -> None:
    """What is too large to look at whole gives the same answer."""
    golden = np.kron(drawing.page(60, 60)[:, :, :], np.ones((20, 20, 1), np.uint8))
    candidate = golden.copy()
    candidate[:, :, 1] = 255 - candidate[:, :, 1]
    assert recoloured(golden, candidate)
