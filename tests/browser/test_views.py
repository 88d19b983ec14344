"""Each way to look at a golden is a golden of this repository, and our own engine compares it."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.app.compare.stage import compare
from tests.browser import browsers, goldens
from tests.documents import ROOT

pytestmark = browsers.NEEDED
DRAWN = ROOT / ".drawn"
"""What CI may keep as the artifact `golddigger-viewer`; `.golddigger.yml` tells Golddigger of it."""


def test_every_view_is_as_its_golden(chromium: Browser) -> None:
    """`golddigger compare`, by the rules of our own `.golddigger.yml`, finds nothing changed, added or removed."""
    folder = DRAWN / goldens.GOLDENS.relative_to(ROOT)
    goldens.take(chromium, folder)
    ended = compare(
        goldens.GOLDENS, folder, "--config", ROOT / ".golddigger.yml", "--html", DRAWN / "report", "--workers", "1"
    )
    assert ended.code == 0, (
        f"{ended.told}{ended.complained}\nLook at {(DRAWN / 'report/index.html').as_uri()}. "
        "Where all is as it is meant to be: python -m tests.browser.goldens"
    )
