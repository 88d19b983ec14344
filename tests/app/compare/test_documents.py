"""What the README and docs/compare.md print of `golddigger compare` is what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffing.images import Pixels
from tests.app.compare.stage import SCHEMA, compare, lay
from tests.diffing import drawing
from tests.documents import ROOT, Document

BLUE, GREEN, GREY = (13, 110, 253, 255), (25, 135, 84, 255), (108, 117, 125, 255)


def screen(header: tuple[int, ...] = BLUE, *, down: int = 0, lines: int = 12) -> bytes:
    """Draw a small page without letters: fonts are not the same everywhere."""
    page: Pixels = np.full((300, 400, 4), 248, np.uint8)
    page[:, :, 3] = 255
    page[:40] = header
    for number in range(lines):
        top = 56 + down + number * 20
        page[top : top + 8, 16 : 160 + number * 37 % 200] = GREY
        page[top : top + 12, 340:384] = BLUE
    return drawing.encoded(page)


@pytest.fixture
def shop(here: Path) -> Path:
    """Lay out the example of the documents."""
    prices = [{"name": "Tea", "price": 3.5}, {"name": "Coffee", "price": 4.2}]
    lay(
        here / "goldens",
        {
            "home.png": screen(),
            "cart.png": screen(lines=8),
            "menu.png": screen(lines=10),
            "old.png": screen(lines=2),
            "prices.json": json.dumps(prices, indent=2).encode(),
            **{f"more/{at:02}.png": screen(lines=3) for at in range(40)},
        },
    )
    prices[1]["price"] = 4.4
    lay(
        here / "drawn",
        {
            "home.png": screen(GREEN),
            "cart.png": screen(GREEN, lines=8),
            "menu.png": screen(lines=10, down=8),
            "new.png": screen(lines=4),
            "prices.json": json.dumps(prices, indent=2).encode(),
            **{f"more/{at:02}.png": screen(lines=3) for at in range(40)},
        },
    )
    return here


def test_the_summary_is_printed_as_it_is(shop: Path) -> None:
    """The README's example is the command's own words."""
    printed = [fence for fence in Document(ROOT / "README.md").fences("text") if "goldens:" in fence]
    assert printed == [compare("goldens", "drawn").told]


def test_the_json_is_printed_as_it_is(shop: Path) -> None:
    """The entries that docs/compare.md prints are entries of the report, which is of the published shape."""
    (printed,) = (json.loads(each) for each in Document(ROOT / "docs/compare.md").fences("json"))
    report = compare("goldens", "drawn", "--json", "-", "--quiet").json
    SCHEMA.validate(printed)
    assert printed["summary"] == report["summary"]
    shown = [_steady(each) for each in report["comparisons"]]
    assert all(_steady(each) in shown for each in printed["comparisons"])


def test_every_field_is_explained() -> None:
    """The table of docs/compare.md has a row for each field of an entry."""
    rows = [cells[0].strip("`") for cells in Document(ROOT / "docs/compare.md").table("field")]
    schema = json.loads((ROOT / "docs/compare.schema.json").read_text())
    assert rows == list(schema["$defs"]["Comparison"]["properties"])


def _steady(entry: dict[str, Any]) -> dict[str, Any]:
    """Leave out what depends on who compressed the pictures."""
    sides = {side: entry[side] and {**entry[side], "digest": ""} for side in ("golden", "candidate")}
    return {**entry, **sides, "fingerprint": ""}
