"""Every page, on a desk and on a phone, by day and by night: usable by everybody, and nothing to complain of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.web import setup
from storage import runs
from tests.app.compare.conftest import here, mixed  # noqa: F401 - fixtures
from tests.app.compare.stage import compare
from tests.app.web.stage import SHOP
from tests.browser import axe, browsers
from tests.browser.browsers import Watch
from tests.browser.sites import Site

pytestmark = [*browsers.NEEDED, axe.NEEDED]

SIZES = ((1440, 900), (390, 844))
SCHEMES = ("light", "dark")
DRAWN = {**SHOP, "goldens/table.bin": (b"\x00\x01\x02\x03" * 9, b"\x00\x01\x02\x04" * 9)}
STAGES = ("cart.png", "new.png", "old.png", "order.json", "table.bin", "torn.png")


def look(page: Page) -> None:
    """Hold a page that is open to axe, and to its window's width, on every screen."""
    for (width, height), scheme in product(SIZES, SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert sticks_out(page) <= 0, f"at {width} one scrolls sideways"
        assert axe.grave(page) == [], f"{width} px, {scheme}"


def sticks_out(page: Page) -> int:
    """Give by how many pixels a page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider


def _run(site: Site) -> str:
    return site.door(f"/runs/{site.stage.run(DRAWN)}")


def _queued(site: Site) -> str:
    return site.door(f"/runs/{site.stage.queue()}")


def _replaced(site: Site) -> str:
    run = site.stage.run(DRAWN)
    with site.stage.parts.db.begin() as db:
        runs.supersede(db, site.stage.change_id, keep_head=None, now=site.stage.clock())
    return site.door(f"/runs/{run}")


def _visited(site: Site) -> str:
    return site.stage.parts.links.run(site.stage.run(DRAWN))


def _setup(site: Site) -> str:
    return f"{site.base}/setup?token={site.stage.token(setup.TOKEN)}"


PAGES: Mapping[str, Callable[[Site], str]] = {
    "a run": _run,
    "a run that waits": _queued,
    "a run that was replaced": _replaced,
    "a run, for a visitor": _visited,
    "welcome": lambda site: site.base,
    "setting up": _setup,
}


@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES.keys())
def test_a_page(site: Site, watch: Watch, made: Callable[[Site], str]) -> None:
    """Axe finds nothing grave, nothing sticks out, and the browser has nothing to say."""
    look(watch.go(made(site)))


def test_pages_about_many_runs(site: Site, watch: Watch) -> None:
    """The same for the list of runs, for a repository, its goldens, and the history of one."""
    site.stage.run(DRAWN)
    page = watch.go(site.door("/"))
    look(page)
    for path in site.about_many("goldens/cart.png"):
        page.goto(site.base + path)
        look(page)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage(site: Site, watch: Watch, name: str) -> None:
    """The same for one golden: a picture, one side only, a text, bytes, and a file that cannot be read."""
    look(watch.go(site.door(f"/runs/{site.stage.run(DRAWN)}/goldens/{name}")))


@pytest.mark.parametrize(("path", "status"), [("/runs/unknown", 404), ("/setup", 403), ("/?token=old", 403)])
def test_a_page_of_trouble(site: Site, watch: Watch, path: str, status: int) -> None:
    """What is not there, or not allowed, is said on a page like all others, with a way home."""
    watch.expected.add(status)
    page = watch.go(site.base + path)
    assert page.get_by_role("link", name="Back to the start").get_attribute("href") == "/"
    look(page)


def test_the_page_as_files(watch: Watch, mixed: Path) -> None:  # noqa: F811
    """The same for what `golddigger compare --html` writes, opened from the disk."""
    compare("goldens", "drawn", "--html", "html", "--quiet")
    look(watch.go((mixed / "html" / "index.html").as_uri()))


def test_axe_would_say(watch: Watch) -> None:
    """Grey on grey, a button without a name: so we know that it is asked, and heard."""
    page = watch.sit_down()
    page.set_content(
        "<main><button></button><p style='color: #bbb; background: #ccc'>Hardly to be read.</p></main>"
    )
    assert {each.partition(" ")[0] for each in axe.grave(page)} >= {"button-name", "color-contrast"}
