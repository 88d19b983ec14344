"""Let a test ask to be told for both roads of comparing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.diffing import roads


@pytest.fixture(params=roads.ROADS)
def road(request: pytest.FixtureRequest) -> Iterator[str]:
    """Compare with NumPy, then with the compiled core."""
    with roads.on(request.param):
        yield request.param
