"""Review the demo's run as a person would, by each way there is to use a page, to the commit in the branch."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from app.demo import pictures
from diffing.words import Opinion, Sha
from storage import decisions
from tests.browser import browsers, demos
from tests.browser.browsers import DESK, NO_SCRIPTS, PHONE, Screen, Watch
from tests.browser.demos import Demo

pytestmark = browsers.NEEDED
CART, PROFILE, SIGN_IN = (f"{pictures.SHOP}/{name}.png" for name in ("cart_page", "profile_page", "sign_in_page"))
SAVED, REFUND, ORDER = (
    f"{pictures.SHOP}/saved_page.png",
    f"{pictures.API}/refund.json",
    f"{pictures.API}/order.json",
)


def review(demo: Demo, watch: Watch, screen: Screen = DESK) -> Page:
    """Come in by the printed address."""
    page = watch.go(demo.door, screen)
    expect(page.locator(".tally")).to_contain_text(f"0 of {len(decidable(demo))} decided")
    return page


def decidable(demo: Demo) -> set[str]:
    """Give the goldens that await a decision."""
    return {name for name, each in demo.found.items() if each.decidable}


def row(page: Page, name: str) -> Locator:
    """Give a golden's row in the list."""
    return page.locator("[data-entry]").filter(has=page.locator(f'a[title="{name}"]'))


def link(page: Page, name: str) -> Locator:
    """Give what is clicked in a golden's row."""
    return page.locator(f'[data-entry] a[title="{name}"]')


def tally(page: Page, words: str) -> None:
    """Wait until the bar says how far one is."""
    expect(page.locator(".tally")).to_contain_text(words)


def stands(page: Page, name: str) -> None:
    """Wait until a golden is on the stage."""
    expect(page.locator("[data-stage] h2")).to_have_text(name)


def shown(page: Page) -> None:
    """Wait until the golden that one is at stands on the stage: before that nothing is decided."""
    at = page.locator("[data-entry]:has([aria-current])").get_attribute("data-entry") or ""
    expect(page.locator("[data-stage]")).to_have_attribute("data-stage", at)


def holds(demo: Demo, before: Sha, approved: set[str]) -> None:
    """The branch is one commit further, which changed what was approved and nothing else, to the byte CI drew."""
    assert demo.committed(before) == {name: demos.candidate(name) for name in approved}
    assert demo.git.line("status", "--porcelain") == ""
    with demo.at.whole.parts.db.begin() as db:
        said = decisions.of_change(db, demo.run.change_id)
    assert {each.name for each in said if each.opinion is Opinion.APPROVED} == approved


def test_by_keyboard_alone(demo: Demo, watch: Watch) -> None:
    """Search leads to a golden, letters change how it is shown, and decide; U takes back, G decides a group, Enter
    commits after it asked once. No mouse moves."""
    before, wanted = demo.head, decidable(demo)
    page = review(demo, watch)
    keys = page.keyboard
    keys.press("/")
    keys.type("profile")
    expect(page.locator("[data-entry]")).to_have_count(1)
    keys.press("Enter")
    keys.press("Enter")
    stands(page, PROFILE)
    for key, mode in (
        ("w", "swipe"),
        ("o", "onion"),
        ("b", "blink"),
        ("d", "difference"),
        ("h", "highlight"),
        ("s", "side"),
    ):
        keys.press(key)
        expect(page.locator(".desk")).to_have_attribute("data-mode", mode)
    keys.press("]")
    expect(page.locator(".count")).to_have_text(re.compile(r"^1 of \d+$"))
    keys.press("n")
    tally(page, "1 rejected")
    keys.press("u")
    tally(page, f"0 of {len(wanted)} decided")
    keys.press("n")
    tally(page, "1 rejected")
    keys.press("/")
    keys.press("Backspace")
    expect(page.locator("[data-entry]")).to_have_count(len(demo.found) - same(demo))
    keys.press("Escape")
    keys.press("ArrowDown")
    for decided in range(2, len(wanted) + 1):
        shown(page)
        keys.press("y")
        tally(page, f"{decided} of {len(wanted)} decided")
    commit_by_keys(page, len(wanted) - 1)
    holds(demo, before, wanted - {PROFILE})


def same(demo: Demo) -> int:
    """Count the goldens that need no look."""
    return sum(each.outcome == "same" for each in demo.found.values())


def commit_by_keys(page: Page, count: int) -> None:
    """Enter asks, Enter commits, and the page says by which commit."""
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_contain_text(f"Commit {count} approved goldens?")
    page.keyboard.press("Enter")
    expect(page.locator(".acts")).to_contain_text("Committed")


def test_by_mouse(demo: Demo, watch: Watch) -> None:
    """Rows, buttons and the bar do all of it; one that was rejected by mistake is taken back."""
    before, wanted = demo.head, decidable(demo)
    page = review(demo, watch)
    link(page, CART).click()
    stands(page, CART)
    page.get_by_role("button", name="Swipe").click()
    expect(page.locator(".desk")).to_have_attribute("data-mode", "swipe")
    page.locator(".decide").get_by_role("button", name="Reject").click()
    tally(page, "1 rejected")
    page.get_by_role("button", name="Undo").click()
    tally(page, f"0 of {len(wanted)} decided")
    link(page, REFUND).click()
    stands(page, REFUND)
    page.locator(".decide").get_by_role("button", name="Reject").click()
    tally(page, "1 rejected")
    page.get_by_role("button", name=f"Approve the other {len(wanted) - 1}").click()
    tally(page, f"{len(wanted)} of {len(wanted)} decided")
    page.get_by_role("button", name=f"Commit {len(wanted) - 1} approved goldens").click()
    page.locator("[data-sure]").click()
    expect(page.locator(".acts")).to_contain_text("Committed")
    holds(demo, before, wanted - {REFUND})


def test_by_touch_on_a_phone(demo: Demo, watch: Watch) -> None:
    """A finger opens a row, changes the view, decides and goes back to the list; then commits."""
    before = demo.head
    page = review(demo, watch, PHONE)
    for name, decision in ((CART, "Approve"), (ORDER, "Approve"), (SIGN_IN, "Reject")):
        link(page, name).tap()
        stands(page, name)
        page.locator(".decide").get_by_role("button", name=decision).tap()
        expect(page.locator("[data-stage] h2")).not_to_have_text(name)
        page.locator("[data-back]").tap()
        expect(row(page, name)).to_have_attribute("data-opinion", f"{decision.lower().removesuffix('e')}ed")
    link(page, SAVED).tap()
    page.get_by_role("button", name="Onion skin").tap()
    expect(page.locator(".desk")).to_have_attribute("data-mode", "onion")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("[data-back]").tap()
    page.get_by_role("button", name="Commit 2").tap()
    page.locator("[data-sure]").tap()
    expect(page.locator(".acts")).to_contain_text("Committed")
    holds(demo, before, {CART, ORDER})


def test_without_scripts(demo: Demo, watch: Watch) -> None:
    """Links and forms: look at one, reject it, approve the others, commit; the page comes back each time."""
    before, wanted = demo.head, decidable(demo)
    page = review(demo, watch, NO_SCRIPTS)
    link(page, SIGN_IN).click()
    stands(page, SIGN_IN)
    assert page.locator("[data-stage] img").count() >= 2
    page.locator(".decide").get_by_role("button", name="Reject").click()
    tally(page, "1 rejected")
    page.get_by_role("button", name=f"Approve the other {len(wanted) - 1}").click()
    tally(page, f"{len(wanted)} of {len(wanted)} decided")
    page.get_by_role("button", name=f"Commit {len(wanted) - 1} approved goldens").click()
    expect(page.locator(".acts")).to_contain_text("ommit")
    holds(demo, before, wanted - {SIGN_IN})
