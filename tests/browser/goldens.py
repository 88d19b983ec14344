"""Draw what the viewer shows in each of its ways. `python -m tests.browser.goldens` takes the goldens anew."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app.web.stage import Drawn, set_up
from tests.browser import browsers
from tests.browser.browsers import Screen, Watch
from tests.browser.sites import Site, served
from tests.documents import ROOT
from tests.forges.web import free_port

GOLDENS = ROOT / "tests/browser/goldens"
_SECONDS = 10
_REST_MS = 200
_LOOKS = """
    golden-viewer { position: fixed !important; inset: 0 auto auto 0; z-index: 99; width: 640px; }
    golden-viewer { background: Canvas; }
    golden-viewer .desk { flex: none !important; height: 240px !important; min-height: 0 !important; }
    .tools, .probe, .pill, figcaption { display: none !important; }
    .port .nothing { visibility: hidden !important; }
"""
"""A place and a size of its own, and no words: fonts are not the same on two machines."""
_WEAR = """
    looks => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(looks);
        document.adoptedStyleSheets = [sheet];
    }
"""
_PRESS = "keys => { for (const key of keys) document.querySelector('golden-viewer').press(key); }"
_THERE = """
    [...document.querySelectorAll("golden-viewer img")].filter((image) => image.offsetParent).every(
        (image) => image.complete && image.naturalWidth)
"""


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a golden: what is pressed when it stands on the stage."""

    golden: str
    keys: tuple[str, ...] = ()
    scheme: str = "light"


VIEWS: Mapping[str, View] = {
    "side-by-side": View("ship", ("s",)),
    "swipe": View("ship", ("w",)),
    "onion-skin": View("ship", ("o",)),
    "blink": View("ship", ("b",)),
    "blink-flipped": View("ship", ("b", " ")),
    "difference": View("ship", ("d",)),
    "highlight": View("ship", ("h",)),
    "side-by-side-dark": View("ship", ("s",), "dark"),
    "next-region": View("ship", ("s", "]")),
    "zoomed-in": View("ship", ("s", "1", "+", "+", "+", "+", "+", "+")),
    "dark-ground": View("ship", ("s", "p", "p")),
    "other-size": View("grown", ("s",)),
    "long": View("long", ("s",)),
    "added": View("added"),
    "removed": View("removed"),
}


def take(browser: Browser, folder: Path) -> None:
    """Draw every view into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="golddigger-views-") as own:
        stage = set_up(Path(own), base=base)
        run = stage.run(drawn())
        with served(stage.web, port):
            watch = Watch(browser)
            cookies: list[Any] = [*watch.go(Site(stage, base).door("/")).context.cookies()]
            for scheme in ("light", "dark"):
                page = watch.sit_down(Screen(scheme=scheme))
                page.context.add_cookies(cookies)  # by the printed link nobody comes in so often
                for name, view in VIEWS.items():
                    if view.scheme == scheme:
                        shot = _shoot(page, view, f"{base}/runs/{run}/goldens/{view.golden}.png")
                        (folder / f"{name}.png").write_bytes(shot)
            watch.end()
            assert watch.complaints == []
        stage.parts.db.dispose()


def drawn() -> Drawn:
    """Draw what is looked at: flat shapes on glass, whose pixels are the same everywhere."""
    ship, sailing = picture(), picture(sail="#d9480f", flag=True)
    return {
        "goldens/ship.png": (ship, sailing),
        "goldens/grown.png": (ship, picture(size=(210, 110))),
        "goldens/long.png": (picture(size=(180, 1500)), picture(size=(180, 1500), flag=True)),
        "goldens/added.png": (None, sailing),
        "goldens/removed.png": (ship, None),
    }


def picture(*, size: tuple[int, int] = (180, 130), sail: str = "#1971c2", flag: bool = False) -> bytes:
    """Draw a ship in a few colours, some of which let the ground through."""
    image = Image.new("RGBA", size, "#00000000")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, 100, width, height), fill="#0b728580")
    draw.rectangle((30, 85, 150, 105), fill="#5c3d1e")
    draw.rectangle((88, 20, 92, 85), fill="#343a40")
    draw.rectangle((95, 30, 140, 78), fill=sail)
    draw.rectangle((45, 40, 85, 78), fill=f"{sail}99")
    if flag:
        draw.rectangle((92, 20, 104, 27), fill="#c92a2a")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _shoot(page: Page, view: View, address: str) -> bytes:
    page.goto(address)
    page.evaluate(_WEAR, _LOOKS)
    page.evaluate(_PRESS, list(view.keys))
    _wait(page)
    shot = page.locator("golden-viewer .desk").screenshot(animations="disabled", caret="hide")
    page.evaluate("localStorage.clear()")  # nothing lasts from one view to the next
    return shot


def _wait(page: Page) -> None:
    """Until pictures are there, and the last step of zooming was drawn."""
    until = time.monotonic() + _SECONDS
    while not page.evaluate(_THERE):
        assert time.monotonic() < until, "pictures do not come"
        page.wait_for_timeout(20)
    page.wait_for_timeout(_REST_MS)


def main() -> None:
    """Take all goldens anew."""
    with sync_playwright() as playwright, browsers.launched(playwright) as browser:
        take(browser, GOLDENS)
    print(f"{len(VIEWS)} views are drawn in {GOLDENS.relative_to(ROOT)}; look at them before you commit.")


if __name__ == "__main__":
    main()
