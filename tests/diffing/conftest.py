"""Let a test ask to be told for both roads of comparing, and for the reference itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.diffing import peer, roads


@pytest.fixture(params=roads.ROADS)
def road(request: pytest.FixtureRequest) -> Iterator[str]:
    """Compare with NumPy, then with the compiled core."""
    with roads.on(request.param):
        yield request.param


@pytest.fixture(scope="module")
def pixelmatch() -> Iterator[peer.Pixelmatch]:
    """Start the reference once."""
    if why := peer.missing():
        pytest.skip(why)
    asked = peer.Pixelmatch()
    yield asked
    asked.close()
