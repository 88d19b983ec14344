"""Have a module of the same name in another folder."""

import os

LOOK = os.environ.get("LOOK", "golden")


def test_cart(snapshot):
    assert snapshot == f"cart {LOOK}"
