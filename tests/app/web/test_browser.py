"""The page in a real browser, as a person uses it: by mouse, by keys, and without scripts."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from app.web import signin
from diffing.words import Opinion
from storage import decisions, runs, visits
from tests.app.web.stage import REVIEWER, SHOP, Stage, picture
from tests.browser import browsers

Open = Callable[..., Page]
COVERED = """() => {
  const row = document.querySelector("[data-entry]:has([aria-current])").getBoundingClientRect();
  const there = document.elementFromPoint(row.left + 150, row.top + 4);
  return !there.closest("[data-entry]");
}"""
"""Does something lie over the row that one is at?"""

pytestmark = browsers.NEEDED


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests; each has a context of its own."""
    with sync_playwright() as playwright, browsers.launched(playwright) as browser:
        yield browser


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
    assert [each for each in complaints if not re.search(r"409|503|ERR_FAILED", each)] == []


def said(stage: Stage) -> dict[str, Opinion]:
    """Give what is kept, by the golden's file name."""
    with stage.parts.db.begin() as db:
        kept = decisions.of_change(db, stage.change_id)
    return {each.name.removeprefix("goldens/"): each.opinion for each in kept}


def row(page: Page, name: str) -> Locator:
    """Give a golden's row in the list."""
    return page.locator(f'[data-entry]:has-text("{name}")')


def shown(page: Page, name: str) -> None:
    """Wait until a golden is on the stage."""
    expect(page.locator("[data-stage] h2")).to_contain_text(name)


def test_approving_by_mouse(stage: Stage, open_: Open) -> None:
    """A click shows at once, without leaving the page, in list and bar, and leads on; the commit asks once."""
    run = stage.run()
    page = open_(f"/runs/{run}/goldens/cart.png")
    page.evaluate("window.here = true")
    page.click(".decide >> text=Approve")
    expect(row(page, "cart.png")).to_have_attribute("data-opinion", "approved")
    expect(row(page, "cart.png")).to_have_attribute("data-who", REVIEWER)
    expect(page.locator(".tally")).to_contain_text("1 approved")
    row(page, "menu.png").locator("a").click()
    shown(page, "menu.png")
    page.click(".decide >> text=Reject")
    expect(page.locator(".tally")).to_contain_text("1 rejected")
    assert said(stage) == {"cart.png": Opinion.APPROVED, "menu.png": Opinion.REJECTED}
    row(page, "cart.png").locator("a").click()
    expect(page.locator("[data-said]")).to_have_text(f"approved by {REVIEWER}")
    page.click("text=Commit 1 approved golden")
    expect(page.locator("dialog[open]")).to_contain_text("One commit goes to the branch redesign")
    page.click("dialog[open] >> text=Commit >> nth=-1")
    expect(page.locator(".acts")).to_contain_text("Committing")
    assert page.evaluate("window.here")


def test_approving_by_keys_alone(stage: Stage, open_: Open) -> None:
    """Arrows, J and K move, Y approves and N rejects and goes on to what is open next, U takes it back."""
    page = open_(f"/runs/{stage.run()}")
    order = page.evaluate("[...document.querySelectorAll('[data-entry] .file')].map(each => each.textContent)")
    shown(page, order[1])  # the first cannot be decided
    page.keyboard.press("k")
    shown(page, order[0])
    page.keyboard.press("ArrowDown")
    shown(page, order[1])
    page.keyboard.press("y")
    shown(page, order[2])
    page.keyboard.press("n")
    shown(page, order[3])
    expect(page.locator(".tally")).to_contain_text("2 of 5 decided")
    assert said(stage) == {order[1]: Opinion.APPROVED, order[2]: Opinion.REJECTED}
    page.keyboard.press("u")
    expect(page.locator(".tally")).to_contain_text("1 of 5 decided")
    shown(page, order[2])
    assert said(stage) == {order[1]: Opinion.APPROVED, order[2]: Opinion.WITHDRAWN}
    assert page.evaluate("document.activeElement.matches('[data-entry] a[aria-current]')")


def test_committing_by_keys_asks_once(stage: Stage, open_: Open) -> None:
    """Enter asks how many and where to, Escape leaves it, Enter twice commits."""
    page = open_(f"/runs/{stage.run()}/goldens/cart.png")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Nothing is approved yet")
    page.keyboard.press("y")
    expect(page.locator(".tally")).to_contain_text("1 approved")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_contain_text("Commit 1 approved golden?")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".acts")).to_contain_text("Committing 1 golden")


def test_a_whole_group_is_decided(stage: Stage, open_: Open) -> None:
    """G marks all of the same change, Escape leaves it, and then one key decides on what is open of it."""
    pair, other = (picture("a"), picture("b")), (picture("a"), picture("a", "#c00"))
    names = [f"goldens/{letter}.png" for letter in "abcd"]
    page = open_(f"/runs/{stage.run({**dict.fromkeys(names, pair), 'goldens/z.png': other})}/goldens/a.png")
    page.keyboard.press("g")
    expect(page.locator(".entry.marked")).to_have_count(4)
    expect(page.locator("[data-marked]")).to_contain_text("4 goldens of the same change are marked")
    page.keyboard.press("Escape")
    expect(page.locator(".entry.marked")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("y")
    shown(page, "z.png")
    expect(page.locator(".tally")).to_contain_text("4 approved")
    assert said(stage) == {name.removeprefix("goldens/"): Opinion.APPROVED for name in names}
    page.keyboard.press("g")
    expect(page.locator(".toast")).to_contain_text("It stands alone")


def test_searching_by_key(stage: Stage, open_: Open) -> None:
    """A slash goes to the field, words narrow the list, Enter leads to the first row; the address keeps it."""
    page = open_(f"/runs/{stage.run()}")
    page.keyboard.press("/")
    page.keyboard.type("MENU")
    expect(page.locator("[data-entry]")).to_have_count(1)
    expect(page.locator("[data-found]")).to_contain_text("1 of 6")
    assert "q=MENU" in page.url
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.title") == "goldens/menu.png"
    page.click("text=Show all")
    expect(page.locator("[data-entry]")).to_have_count(6)
    page.select_option('select[name="outcome"]', "added")
    expect(row(page, "new.png")).to_be_visible()
    expect(page.locator("[data-entry]")).to_have_count(1)


def test_all_keys_are_told(stage: Stage, open_: Open) -> None:
    """The question mark lists this page's keys and the viewer's; while it is open none of them does anything."""
    page = open_(f"/runs/{stage.run()}")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("Undo")
    expect(page.locator("dialog[open]")).to_contain_text("Onion skin")
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert said(stage) == {}


def test_the_viewer_has_the_other_keys(stage: Stage, open_: Open) -> None:
    """What this page does not know goes to the picture on the stage."""
    page = open_(f"/runs/{stage.run()}/goldens/cart.png")
    page.keyboard.press("w")
    expect(page.locator(".desk")).to_have_attribute("data-mode", "swipe")
    page.keyboard.press("s")
    expect(page.locator(".desk")).to_have_attribute("data-mode", "side")


def test_everything_works_without_scripts(stage: Stage, open_: Open) -> None:
    """Look at one, approve it, approve the others, commit: links and plain forms."""
    page = open_(f"/runs/{stage.run()}", scripts=False)
    row(page, "menu.png").locator("a").click()
    page.click(".decide >> text=Approve")
    expect(row(page, "menu.png")).to_have_attribute("data-opinion", "approved")
    page.click("text=Approve the other 4")
    expect(page.locator(".tally")).to_contain_text("5 approved")
    page.click("text=Commit 5 approved goldens")
    expect(page.locator(".acts")).to_contain_text("Committing 5 goldens")


def test_a_stale_page_says_so_and_takes_its_mark_back(stage: Stage, open_: Open) -> None:
    """The refusal's words are shown, the row is as before, and what cannot be decided any more has no buttons."""
    page = open_(f"/runs/{stage.run()}/goldens/cart.png")
    page.route("**/events", lambda route: route.abort())
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    stage.clock.now += timedelta(minutes=1)
    stage.run({"goldens/cart.png": (SHOP["goldens/cart.png"][0], picture("Buy"))}, pipeline="2")
    page.keyboard.press("y")
    expect(page.locator(".summary")).to_contain_text("A newer run replaced this one")
    expect(row(page, "cart.png")).to_have_attribute("data-opinion", "")
    expect(page.locator(".decide")).to_have_count(0)
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
    expect(page.locator("[data-entry]")).to_have_count(6)


def test_two_people_see_each_other_decide(stage: Stage, open_: Open) -> None:
    """What one approves shows on the other's open page within about a second."""
    run = stage.run()
    one, other = open_(f"/runs/{run}/goldens/cart.png"), open_(f"/runs/{run}")
    one.keyboard.press("y")
    expect(row(one, "cart.png")).to_have_attribute("data-who", REVIEWER)
    expect(row(other, "cart.png")).to_have_attribute("data-opinion", "approved", timeout=1_500)


def test_without_news_the_page_asks_by_itself(stage: Stage, open_: Open) -> None:
    """Where the server has no room for another who watches, the state is asked for again and again."""
    stage.web.state.live.end()
    run = stage.run()
    page = open_(f"/runs/{run}")
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    expect(page.locator(".badge")).to_contain_text("Replaced", timeout=8_000)


def test_on_a_phone_list_and_stage_come_one_at_a_time(stage: Stage, open_: Open) -> None:
    """A row leads to the picture, a decision to the next, and a button back to the list, at the row one was at."""
    page = open_(f"/runs/{stage.run()}", width=390, height=844)
    expect(page.locator(".scene")).to_be_hidden()
    row(page, "cart.png").locator("a").click()
    expect(page.locator(".list")).to_be_hidden()
    shown(page, "cart.png")
    page.click(".decide >> text=Approve")
    expect(page.locator("[data-stage] h2")).not_to_contain_text("cart.png")
    page.click("[data-back]")
    expect(page.locator(".scene")).to_be_hidden()
    expect(row(page, "cart.png")).to_have_attribute("data-opinion", "approved")
    assert page.evaluate("document.activeElement.matches('[data-entry] a[aria-current]')")
    row(page, "old.png").locator("a").click()
    shown(page, "old.png")
    page.go_back()
    expect(page.locator(".list")).to_be_visible()
    expect(page.locator(".scene")).to_be_hidden()


def test_a_link_as_it_once_was_leads_to_its_golden(stage: Stage, open_: Open) -> None:
    """Pages that were linked by a card still open at it."""
    run = stage.run()
    page = open_(f"/runs/{run}")
    page.goto(f"{page.url.partition('?')[0]}#c-{stage.found(run)['goldens/old.png'].id}")
    page.reload()
    shown(page, "old.png")


@pytest.mark.parametrize("width", [360, 390, 768, 1440, 2560])
def test_nothing_sticks_out(stage: Stage, open_: Open, width: int) -> None:
    """At no width must one scroll sideways, whatever goldens are called."""
    long = "goldens/" + "a-very-long-name-without-any-break" * 8 + ".png"
    run = stage.run({**SHOP, long: (picture("a", size=(2000, 300)), picture("b", size=(300, 4000)))})
    page = open_(f"/runs/{run}", width=width)
    expect(page.locator("[data-entry]")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row(page, "a-very-long-name").locator("a").click()
    shown(page, "a-very-long-name")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_picture_is_shown(stage: Stage, open_: Open) -> None:
    """Rows and stage load what they show, by our own policy and in the sandbox of their answers."""
    page = open_(f"/runs/{stage.run()}/goldens/cart.png")
    expect(page.locator(".rows img")).to_have_count(2)
    for image in (*page.locator(".rows img").all(), *page.locator("[data-stage] img[src]").all()):
        expect(image).to_have_js_property("complete", value=True)
        assert image.evaluate("image => image.naturalWidth > 0")


def test_a_thousand_goldens_stay_quick(stage: Stage, open_: Open) -> None:
    """The first rows stand at once, the rest come as one scrolls or moves, each once and with one head."""
    pair = (picture("a"), picture("b"))
    run = stage.run({f"goldens/{number:03}.png": pair for number in range(1000)})
    page = open_(f"/runs/{run}")
    begun = time.monotonic()
    page.reload(wait_until="commit")
    expect(page.locator("[data-entry]").first).to_be_visible()
    assert time.monotonic() - begun < 2
    expect(page.locator("[data-entry]")).to_have_count(100)
    page.locator("[data-entry]").last.scroll_into_view_if_needed()
    expect(page.locator("[data-entry]")).to_have_count(200)
    expect(page.locator("[data-head]")).to_have_count(2)
    for _ in range(15):
        page.keyboard.press("j")
    shown(page, "015.png")
    expect(row(page, "015.png")).to_be_in_viewport(ratio=1)
    for _ in range(15):
        page.keyboard.press("k")
    expect(row(page, "000.png")).to_be_in_viewport(ratio=1)
    assert page.evaluate(COVERED) is False


def test_small_pictures_come_where_one_stays(stage: Stage, open_: Open) -> None:
    """Of rows that came later, those one looks at are asked for; of those that flew by, none."""
    pair = (picture("a"), picture("b"))
    page = open_(f"/runs/{stage.run({f'goldens/{number:03}.png': pair for number in range(200)})}")
    page.locator("[data-entry]").last.scroll_into_view_if_needed()
    expect(page.locator("[data-entry]")).to_have_count(200)
    page.locator("[data-entry]").last.scroll_into_view_if_needed()
    expect(page.locator("[data-entry]").last.locator("img[src]")).to_have_js_property("complete", value=True)
    assert page.locator("[data-entry]").last.locator("img").evaluate("image => image.naturalWidth > 0")
    assert page.locator("[data-entry]").nth(130).locator("img").get_attribute("src") is None
    page.locator("[data-entry]").nth(130).scroll_into_view_if_needed()
    expect(page.locator("[data-entry]").nth(130).locator("img[src]")).to_have_count(1)


def test_a_list_that_could_not_go_on_tries_again(stage: Stage, open_: Open) -> None:
    """One who waits at its end need not scroll away and back when the server was away for a moment."""
    pair = (picture("a"), picture("b"))
    page = open_(f"/runs/{stage.run({f'goldens/{number:03}.png': pair for number in range(150)})}")
    page.route("**/list?*", lambda route: route.fulfill(status=503, body="not now"), times=1)
    page.locator("[data-entry]").last.scroll_into_view_if_needed()
    expect(page.locator("[data-toast]")).to_contain_text("cannot be had just now")
    expect(page.locator("[data-entry]")).to_have_count(150, timeout=10_000)
