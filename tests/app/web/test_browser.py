"""The page in a real browser, as a person uses it: by mouse, by keys, and without scripts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect, sync_playwright

from app.web import signin
from diffing.words import Opinion
from storage import decisions, runs, visits
from tests.app.web.stage import REVIEWER, SHOP, Stage, picture

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]

pytestmark = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is missing: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all of these tests; each has a context of its own."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """Serve the stage on loopback."""
    server = uvicorn.Server(uvicorn.Config(stage.web, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def open_(chromium: Browser, stage: Stage, address: str) -> Iterator[Open]:
    """Open a path as somebody with a printed token; complain of whatever the browser complains of."""
    complaints: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def open_page(path: str, *, scripts: bool = True, width: int = 1440, height: int = 900) -> Page:
        context = chromium.new_context(
            java_script_enabled=scripts, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(10_000)
        with stage.parts.db.begin() as db:
            token = visits.issue(db, purpose=signin.TOKEN, until=stage.clock() + timedelta(hours=1))
        page.goto(f"{address}{path}?token={token}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for each in complaints if "409" not in each] == []


def said(stage: Stage) -> dict[str, Opinion]:
    """Give what is kept, by the golden's file name."""
    with stage.parts.db.begin() as db:
        kept = decisions.of_change(db, stage.change_id)
    return {each.name.removeprefix("goldens/"): each.opinion for each in kept}


def card(page: Page, name: str) -> str:
    """Give the selector of a golden's card."""
    return f'.card:has-text("{name}")'


def test_approving_by_mouse(stage: Stage, open_: Open) -> None:
    """A click shows at once, without leaving the page, in the card, the list and the bar; the commit follows."""
    page = open_(f"/runs/{stage.run()}")
    page.evaluate("window.here = true")
    page.click(f"{card(page, 'cart.png')} >> text=Approve")
    expect(page.locator(card(page, "cart.png"))).to_have_attribute("data-opinion", "approved")
    expect(page.locator(f"{card(page, 'cart.png')} .said")).to_have_text(f"approved by {REVIEWER}")
    expect(page.locator('.list a[data-opinion="approved"]')).to_have_text("cart.png")
    expect(page.locator(".tally")).to_contain_text("1 approved")
    page.click(f"{card(page, 'menu.png')} >> text=Reject")
    expect(page.locator(".tally")).to_contain_text("1 rejected")
    assert said(stage) == {"cart.png": Opinion.APPROVED, "menu.png": Opinion.REJECTED}
    page.click("text=Commit 1 approved golden")
    expect(page.locator(".acts")).to_contain_text("Committing")
    assert page.evaluate("window.here")


def test_approving_by_keys_alone(stage: Stage, open_: Open) -> None:
    """J and K move, A approves, R rejects and goes on to the next that is open, U takes the last back."""
    page = open_(f"/runs/{stage.run()}")
    for key in ("j", "a", "r", "k", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator(".tally")).to_contain_text("2 of 5 decided")
    expect(page.locator(".card.current")).to_contain_text("menu.png")
    assert said(stage) == {"cart.png": Opinion.APPROVED, "menu.png": Opinion.REJECTED}
    page.keyboard.press("u")
    expect(page.locator(".tally")).to_contain_text("1 of 5 decided")
    assert said(stage) == {"cart.png": Opinion.APPROVED, "menu.png": Opinion.WITHDRAWN}
    assert page.evaluate("document.activeElement.matches('.card.current')")


def test_everything_works_without_scripts(stage: Stage, open_: Open) -> None:
    """Approve one, approve the others, commit: plain forms, and the page comes back each time."""
    page = open_(f"/runs/{stage.run()}", scripts=False)
    page.click(f"{card(page, 'menu.png')} >> text=Approve")
    expect(page.locator(f"{card(page, 'menu.png')} .said")).to_have_text(f"approved by {REVIEWER}")
    page.click("text=Approve the other 4")
    expect(page.locator(".tally")).to_contain_text("5 approved")
    page.click("text=Commit 5 approved goldens")
    expect(page.locator(".acts")).to_contain_text("Committing 5 goldens")


def test_a_stale_page_says_so_and_takes_its_mark_back(stage: Stage, open_: Open) -> None:
    """The refusal's words are shown, and the card is as before."""
    page = open_(f"/runs/{stage.run()}")
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    stage.clock.now += timedelta(minutes=1)
    stage.run({"goldens/cart.png": (SHOP["goldens/cart.png"][0], picture("Buy"))}, pipeline="2")
    page.click(f"{card(page, 'cart.png')} >> text=Approve")
    expect(page.locator(".toast")).to_contain_text("newest run")
    expect(page.locator(card(page, "cart.png"))).to_have_attribute("data-opinion", "")
    assert said(stage) == {}


def test_a_page_left_open_follows_its_run(stage: Stage, open_: Open) -> None:
    """It shows the progress, and the goldens as soon as they are compared, without a hand."""
    run = stage.queue()
    page = open_(f"/runs/{run}")
    expect(page.locator(".summary")).to_contain_text("Waiting to be compared")
    with stage.parts.db.begin() as db:
        runs.claim(db, run, now=stage.clock(), until=stage.clock() + timedelta(minutes=5))
        runs.progress(db, run, done=2, total=7)
    expect(page.locator(".summary")).to_contain_text("Comparing 2 of 7")
    stage.conclude(run)
    expect(page.locator(".card")).to_have_count(6)


def test_two_people_see_each_other_decide(stage: Stage, open_: Open) -> None:
    """What one approves shows on the other's open page."""
    run = stage.run()
    one, other = open_(f"/runs/{run}"), open_(f"/runs/{run}")
    one.click(f"{card(one, 'cart.png')} >> text=Approve")
    expect(other.locator(card(other, "cart.png"))).to_have_attribute("data-opinion", "approved", timeout=12_000)


@pytest.mark.parametrize("width", [360, 390, 768, 1440, 2560])
def test_nothing_sticks_out(stage: Stage, open_: Open, width: int) -> None:
    """At no width must one scroll sideways, whatever goldens are called."""
    long = "goldens/" + "a-very-long-name-without-any-break" * 8 + ".png"
    run = stage.run({**SHOP, long: (picture("a", size=(2000, 300)), picture("b", size=(300, 4000)))})
    page = open_(f"/runs/{run}", width=width)
    expect(page.locator(".card")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_is_shown(stage: Stage, open_: Open) -> None:
    """Before, after and difference load, by our own policy and in the sandbox of their answers."""
    page = open_(f"/runs/{stage.run()}")
    images = page.locator(".card img")
    assert images.count() == 9
    for index in range(images.count()):
        images.nth(index).scroll_into_view_if_needed()
        expect(images.nth(index)).to_have_js_property("complete", value=True)
    assert page.evaluate("[...document.querySelectorAll('.card img')].every(image => image.naturalWidth > 0)")


def test_three_hundred_goldens_stay_quick(stage: Stage, open_: Open) -> None:
    """The first cards stand soon, pictures far below are not fetched, and a key moves at once."""
    pair = (picture("a"), picture("b"))
    page = open_(f"/runs/{stage.run({f'goldens/{number:03}.png': pair for number in range(300)})}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    begun = time.monotonic()
    page.reload(wait_until="domcontentloaded")
    expect(page.locator(".card").first).to_be_visible()
    assert time.monotonic() - begun < 5
    for _ in range(5):
        page.keyboard.press("j")
    expect(page.locator(".card.current")).to_contain_text("004.png")
    assert sum("/pictures/" in url for url in asked) < 300


def test_long_pictures_scroll_together(stage: Stage, open_: Open) -> None:
    """They show the same place, at first where most differs; a shorter one does not hold up the others."""
    before, after = picture("a", size=(300, 3000)), picture("a", size=(300, 2600))
    page = open_(f"/runs/{stage.run({'goldens/long.png': (before, after)})}")
    until(page, lambda one, two, three: 2000 < two < one == three)
    page.evaluate("document.querySelector('.frame').scrollTop = 500")
    until(page, lambda one, two, three: one == two == three == 500)
    page.evaluate("document.querySelector('.frame').scrollTop = 1e6")
    until(page, lambda one, two, three: 2000 < two < one == three)


def until(page: Page, holds: Callable[[float, float, float], bool]) -> None:
    """Wait until the three frames are scrolled so; Playwright's own waiting would need `unsafe-eval`."""
    for _ in range(100):
        tops = page.evaluate("[...document.querySelectorAll('.frame')].map(frame => frame.scrollTop)")
        if len(tops) == 3 and holds(*tops):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the frames stand at {tops}")
