"""A move is told by its distance, and nothing else is called a move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffing import engine, shifts
from diffing.images import Pixels
from diffing.words import Shift, Tolerance
from tests.diffing import drawing

pytestmark = pytest.mark.usefixtures("road")


def moved(golden: Pixels, candidate: Pixels) -> Shift | None:
    """Look where the pictures differ."""
    scene = engine.scene(golden, candidate, None)
    around = scene.measure(Tolerance()).around
    return shifts.find(scene, around) if around else None


def found(golden: Pixels, candidate: Pixels) -> str:
    """Say what moved."""
    return str(moved(golden, candidate))


@pytest.mark.parametrize(("by", "said"), [(8, "down by 8 px"), (-3, "up by 3 px")])
def test_moved_rows(by: int, said: str) -> None:
    """All rows below a place move together."""
    golden = drawing.page()
    candidate = golden.copy()
    candidate[40:] = np.roll(golden, by, axis=0)[40:]
    assert said in found(golden, candidate)


def test_moved_columns() -> None:
    """Columns are found as rows are."""
    golden = drawing.page()
    assert found(golden, np.roll(golden, 5, axis=1)) == "columns 0–154 moved right by 5 px"


def test_a_still_column_beside_does_not_hide_the_move() -> None:
    """A side bar stands still while the content moves; only the content is looked at."""
    golden = drawing.page()
    candidate = golden.copy()
    candidate[:, 50:] = np.roll(golden[:, 50:], 12, axis=0)
    shift = moved(golden, candidate)
    assert shift == Shift("rows", 0, 187, 12)


def test_what_vanished_did_not_move() -> None:
    """A word that is gone leaves the ground, which looks like the ground elsewhere."""
    golden = drawing.written("Total")
    assert moved(golden, np.full_like(golden, 255)) is None


def test_another_word_did_not_move() -> None:
    """Other content in the same place is no move."""
    assert found(drawing.written("Total"), drawing.written("Paid")) == "None"


def test_too_far_is_other_content() -> None:
    """Beyond 64 pixels nothing is looked for."""
    golden = drawing.page()
    assert found(golden, np.roll(golden, 65, axis=0)) == "None"


@given(by=st.integers(-64, 64).filter(bool), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_distance_is_right(by: int, seed: int) -> None:
    """Whatever the picture, the whole of it moved by so much."""
    golden = np.random.default_rng(seed).integers(0, 256, (240, 12, 4), np.uint8)
    shift = moved(golden, np.roll(golden, by, axis=0))
    assert shift is not None
    assert (shift.lines, shift.by) == ("rows", by)
