"""The page as files in a real browser, opened from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.app.compare.stage import HOSTILE, compare
from tests.browser import browsers

pytestmark = browsers.NEEDED


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests."""
    with sync_playwright() as playwright, browsers.launched(playwright) as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser, mixed: Path) -> Iterator[Page]:
    """The page of two folders with one of everything; whatever a browser complains of fails the test."""
    troubles: list[str] = []
    compare("goldens", "drawn", "--html", "html", "--quiet")
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        opened = context.new_page()
        opened.on("console", lambda said: troubles.append(said.text))
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on("dialog", lambda dialog: troubles.append(dialog.message))
        opened.on("requestfailed", lambda request: None if _left(request) else troubles.append(request.url))
        opened.goto((mixed / "html" / "index.html").as_uri())
        yield opened
    assert troubles == []


def _left(request: Request) -> bool:
    """Did the page go elsewhere before this had come?"""
    return request.failure == "net::ERR_ABORTED"


def test_styles_and_script_work_from_the_disk(page: Page) -> None:
    """Under its own strict policy the page has its looks, and its keys move from golden to golden."""
    assert page.evaluate("getComputedStyle(document.querySelector('.list')).borderTopLeftRadius") == "10px"
    first, second = (entry.get_attribute("data-entry") for entry in page.locator("[data-entry]").all()[:2])
    expect(page.locator("[data-stage]")).to_have_attribute("data-stage", str(first))
    page.keyboard.press("j")
    expect(page.locator("[data-stage]")).to_have_attribute("data-stage", str(second))
    assert page.locator(".list a[aria-current]").count() == 1


def test_pictures_are_there(page: Page) -> None:
    """Each picture can be shown in each way to compare; other stages wait in templates, where none loads."""
    assert page.locator("[data-stage]").count() == 1
    assert page.locator("template").count() == page.locator("[data-entry]").count()
    shown = 0
    for entry in page.locator("[data-entry]").all():
        entry.locator("a").click()
        expect(page.locator("[data-stage]")).to_have_attribute(
            "data-stage", str(entry.get_attribute("data-entry"))
        )
        for way in page.get_by_role("toolbar", name="View", exact=True).get_by_role("button").all()[:6]:
            way.click()
        page.wait_for_function("[...document.images].every((image) => image.complete || !image.src)")
        assert (
            page.evaluate("[...document.images].filter((image) => image.src && !image.naturalWidth).length") == 0
        )
        shown += page.locator("[data-stage] img").count()
    assert shown > 10


def test_a_stage_can_be_linked(page: Page, mixed: Path) -> None:
    """The place of a golden in the address puts it on the stage, without a server."""
    entry = page.locator("[data-entry]", has_text="larger.png")
    page.goto((mixed / "html" / "index.html").as_uri() + f"#c-{entry.get_attribute('data-entry')}")
    page.reload()
    expect(page.locator("[data-stage] h2")).to_contain_text("larger.png")


def test_the_modes_work_from_the_disk(page: Page) -> None:
    """Keys choose how two pictures are compared; what a browser does not let be read of files is said so."""
    page.locator("[data-entry]", has_text="larger.png").locator("a").click()
    for key, mode in (("w", "swipe"), ("o", "onion"), ("b", "blink"), ("d", "difference"), ("h", "highlight")):
        page.keyboard.press(key)
        expect(page.locator(".desk")).to_have_attribute("data-mode", mode)
    page.keyboard.press("s")
    page.locator(".port").first.hover()
    expect(page.locator(".probe")).to_contain_text("not to be read from a file on disk")


def test_a_hostile_name_is_a_name(page: Page) -> None:
    """Markup is shown as it is written, and does nothing."""
    assert page.get_by_text(HOSTILE).count() >= 1
    assert page.locator("img[src='x']").count() == 0


def test_a_file_that_could_run_does_not(page: Page) -> None:
    """An SVG with a script in it, opened from the page, is text."""
    page.locator("[data-entry]", has_text="logo.svg").locator("a").click()
    page.locator("[data-stage]", has_text="logo.svg").get_by_text("Before: open the file").click()
    assert page.evaluate("document.contentType") == "text/plain"


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    """On a phone and on a desk nobody scrolls sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_policy_holds_on_the_disk(chromium: Browser, mixed: Path) -> None:
    """Even if a script got onto the page, it would not run."""
    compare("goldens", "drawn", "--html", "html", "--quiet")
    page = mixed / "html" / "index.html"
    page.write_text(page.read_text().replace("</main>", "<script>window.ran = true</script></main>"))
    with chromium.new_context() as context:
        opened = context.new_page()
        opened.goto(page.as_uri())
        assert opened.evaluate("window.ran ?? false") is False
