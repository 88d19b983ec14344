"""Send tests over both roads of comparing: NumPy's, and the compiled core's where it was built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from diffing import built

ROADS = ("numpy", "core")


@contextmanager
def on(road: str) -> Iterator[None]:
    """Compare by this road alone."""
    with pytest.MonkeyPatch.context() as patch:
        if road == "numpy":
            patch.setattr(built, "CORE", None)
        elif built.CORE is None:
            pytest.skip("the compiled core is not built here: a C compiler, and `make setup`, would do it")
        yield
