"""What happens while a page stands open, and where links from elsewhere lead."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from diffing.words import Opinion
from storage import decisions, runs
from tests.app.web.stage import SHOP, picture
from tests.browser import browsers
from tests.browser.browsers import Watch
from tests.browser.sites import Site
from tests.browser.test_demo import link, stands

pytestmark = browsers.NEEDED
CART, MENU = "goldens/cart.png", "goldens/menu.png"


def test_two_people_decide_at_once(site: Site, watch: Watch) -> None:
    """Each sees what the other said; of two who speak of one golden, both see in the end what was said last."""
    run = site.stage.run()
    one, other = (watch.go(site.door(f"/runs/{run}/{CART}")) for _ in range(2))
    one.keyboard.press("y")
    expect(other.locator(f'[data-entry]:has(a[title="{CART}"])')).to_have_attribute("data-opinion", "approved")
    link(other, MENU).click()
    stands(other, MENU)
    other.keyboard.press("y")
    expect(one.locator(".tally")).to_contain_text("2 approved")
    link(other, CART).click()
    stands(other, CART)
    expect(other.locator("[data-said]")).to_contain_text("approved by")
    other.keyboard.press("n")
    for page in (one, other):
        expect(page.locator(f'[data-entry]:has(a[title="{CART}"])')).to_have_attribute("data-opinion", "rejected")
        expect(page.locator(".tally")).to_contain_text("1 rejected")
    assert said(site)[CART] is Opinion.REJECTED


def said(site: Site) -> dict[str, Opinion]:
    """Give what holds, by golden."""
    with site.stage.parts.db.begin() as db:
        return {str(each.name): each.opinion for each in decisions.of_change(db, site.stage.change_id)}


def test_a_newer_run_replaces_an_open_page(site: Site, watch: Watch) -> None:
    """The page says so by itself, decides nothing any more, and its link leads to the newest run."""
    page = watch.go(site.door(f"/runs/{site.stage.run()}/{CART}"))
    with site.stage.parts.db.begin() as db:
        runs.supersede(db, site.stage.change_id, keep_head=None, now=site.stage.clock())
    site.stage.clock.now += timedelta(minutes=1)
    newest = site.stage.run({CART: (SHOP[CART][0], picture("Buy"))}, pipeline="2")
    expect(page.locator(".summary")).to_contain_text("A newer run replaced this one")
    expect(page.locator(".decide")).to_have_count(0)
    page.keyboard.press("y")
    expect(page.locator(".toast")).to_be_visible()
    assert said(site) == {}
    page.locator(".summary").get_by_role("link", name="Go to the newest run").click()
    expect(page.locator(".room")).to_have_attribute("data-run", newest)


def test_the_link_in_a_comment_leads_to_its_golden(site: Site, watch: Watch) -> None:
    """Whoever has the link sees that golden large, without an account, and is told how to decide."""
    run = site.stage.run()
    links = site.stage.parts.links
    page = watch.go(links.run(run, golden=CART))
    stands(page, CART)
    assert "key=" not in page.url
    expect(page.locator(".decide")).to_have_count(0)
    expect(page.locator(".bar").get_by_role("link", name="Sign in with Hub to decide")).to_be_visible()
    page.keyboard.press("y")
    assert said(site) == {}
