"""Masks come from the base branch, as all rules do."""

from __future__ import annotations

import pytest

from tests.stories.bench import Stage
from tests.stories.screens import CART, NEW, OLD, mask

CONFIG = b"""\
version: 1
suites:
  - preset: same-path
    goldens: ["test/goldens/*.png"]
    ignore:
      - {path: "**/cart.png", mask: test/masks/cart.png}
"""


@pytest.mark.parametrize(("where", "conclusion"), [("base", "success"), ("change", "failure")])
def test_a_mask_counts_on_the_base_alone(stage: Stage, where: str, conclusion: str) -> None:
    """Painted over all of it on the base, nothing is left to differ. In the change it is no mask."""
    masks = {"test/masks/cart.png": mask()}
    files = {CART: OLD, ".golddigger.yml": CONFIG} | (masks if where == "base" else {})
    pull = stage.forge.repo("octo/app", files=files).pull(
        files={"lib/app.dart": b"// new\n"} | (masks if where == "change" else {})
    )
    stage.forge.opened(pull)
    stage.forge.finish_workflow(pull, {"goldens": {CART: NEW}})
    shown = stage.shows(pull, conclusion)
    if where == "change":
        assert "the mask `test/masks/cart.png`, and the base branch has no such file" in shown.said
