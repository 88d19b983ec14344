"""Ask axe-core, which somebody else wrote, whether a page can be used by everybody: https://github.com/dequelabs/axe-core."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.peers import emulate

_SCRIPT = emulate.FOLDER / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")
_RUN = """
    async () => {
        const found = await axe.run(document, {preload: false, resultTypes: ["violations"]});
        return found.violations.flatMap(({id, impact, nodes}) => nodes.map(({target, failureSummary}) => (
            {id, impact, target: target.join(" "), why: failureSummary})));
    }
"""


def missing() -> str:
    """Say in a line what is missing; empty where it is there."""
    lacking = f"axe-core is missing in {emulate.FOLDER}: sh tests/peers/install.sh .peers (needs npm)"
    return "" if _SCRIPT.is_file() else lacking


NEEDED = pytest.mark.skipif(bool(missing()) and not emulate.MUST_RUN, reason=missing())


def grave(page: Page) -> list[str]:
    """Give what keeps somebody from using a page: all that is serious or critical."""
    page.evaluate(_SCRIPT.read_text())
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [f"{each['id']} at {each['target']}: {each['why']}" for each in found if each["impact"] in _GRAVE]
