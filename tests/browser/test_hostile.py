"""Names that strangers chose are shown on every page, and do nothing there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from diffing.words import Decision, Opinion
from storage import decisions
from tests.app.compare.conftest import here  # noqa: F401 - a fixture
from tests.app.compare.stage import OPEN, PAID, compare, lay
from tests.app.web.stage import picture
from tests.browser import browsers
from tests.browser.browsers import Watch
from tests.browser.sites import Site
from tests.browser.test_pages import sticks_out

pytestmark = browsers.NEEDED
WIDTHS = (1440, 390, 360)
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
OVERRIDE = "photo\u202egnp.exe"
EVIL = (
    SCRIPT,
    IMAGE,
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</template></golden-viewer></li>",
    "{{ 7 * 7 }} ${7 * 7} {% raw %}",
    "what?q=1&state=open#c-1 100%25 %2e%2e",
    OVERRIDE,
    "\u2067isolated \u200fעברית",
    "عربي - تجربة",
    "😀👩‍👩‍👧‍👦🏳️‍🌈e\u0301\u0323",
    "tab\tand \u00a0\u3000blank",
    "a-name-without-any-break" * 16,
    "folder/" * 56 + "deep",
)
NAMES = tuple(f"goldens/{each}.png" for each in EVIL)
RAN = """
    [...document.querySelectorAll("*")].filter((each) => each.matches("script:not([src]), img[src='x']")
        || each.getAttributeNames().some((name) => name.startsWith("on"))
        || [each.getAttribute("href"), each.getAttribute("action"), each.getAttribute("src")].some(
            (address) => /^\\s*javascript:/i.test(address ?? ""))).map((each) => each.outerHTML.slice(0, 200))
"""
"""What markup in a name would have made."""
LOOSE = """
    (() => {
        const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
        const loose = [];
        while (walker.nextNode()) {
            const {data, parentElement} = walker.currentNode;
            const turns = /[\\u0590-\\u08ff\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(data);
            const isolated = parentElement.closest("bdi, title, pre, code, .diff, [dir]:not(html)");
            if (turns && !isolated) loose.push(`${parentElement.tagName}: ${data.trim()}`);
        }
        return loose;
    })()
"""
"""Words that can turn what stands beside them around, because nothing holds them together."""


def harmless(page: Page) -> None:
    """Nothing came to be that a name asked for, no text turns its neighbours around, nothing sticks out."""
    assert page.evaluate(RAN) == []
    assert page.evaluate(LOOSE) == []
    assert "49" not in page.title()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert sticks_out(page) <= 0, f"at {width} one scrolls sideways on {page.url[:200]}"
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def run(site: Site) -> str:
    """A run of hostile goldens, on a hostile change, decided by somebody with a hostile name."""
    site.stage.amend(title=f"{SCRIPT}{OVERRIDE}", author=IMAGE, url="javascript:alert(1)")
    text = f"{SCRIPT}\n{IMAGE}\n{OVERRIDE}\n".encode()
    pairs = {name: (picture("a"), picture("b", size=(120, 70 + at))) for at, name in enumerate(NAMES)}
    drawn = {**pairs, f"goldens/{SCRIPT}.txt": (text, text + b"more\n"), f"goldens/{IMAGE}.bin": (b"\0", b"\1")}
    id_ = site.stage.run(drawn, suite=f"{IMAGE}{OVERRIDE}")
    found = site.stage.found(id_)[NAMES[0]]
    row = Decision(name=found.name, candidate=found.candidate, opinion=Opinion.APPROVED, who=f"{SCRIPT}{OVERRIDE}")
    with site.stage.parts.db.begin() as db:
        decisions.add(
            db,
            change_id=site.stage.change_id,
            run_id=id_,
            head=site.stage.change.head,
            rows=[row],
            via="page",
            granted="",
            act="1",
            now=site.stage.clock(),
        )
    return id_


def test_every_stage_of_a_hostile_run(site: Site, watch: Watch, run: str) -> None:
    """Each golden stands in the list by its name, comes onto the stage by it, and nothing runs."""
    page = watch.go(site.door(f"/runs/{run}"))
    titles = page.locator("[data-entry] a").evaluate_all("links => links.map((link) => link.title)")
    assert set(NAMES) < set(titles)
    harmless(page)
    for at in range(len(titles)):
        link = page.locator("[data-entry] a").nth(at)
        link.click()
        expect(page.locator("[data-stage] h2")).to_have_text(link.get_attribute("title") or "")
        harmless(page)


@pytest.mark.parametrize(
    "name", [NAMES[0], NAMES[1], NAMES[6], NAMES[7]], ids=["script", "image", "query", "override"]
)
def test_a_hostile_golden_by_its_own_address(site: Site, watch: Watch, run: str, name: str) -> None:
    """What was clicked can be copied from the address bar: it leads there again, also without scripts."""
    page = watch.go(site.door(f"/runs/{run}"), browsers.NO_SCRIPTS)
    page.locator("[data-entry] a").and_(page.get_by_title(name, exact=True)).click()
    expect(page.locator("[data-stage] h2")).to_have_text(name)
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator("[data-stage] h2")).to_have_text(name)


def test_hostile_pages_about_many_runs(site: Site, watch: Watch, run: str) -> None:
    """The same for the list of runs, a repository, its goldens, and the history of each."""
    page = watch.go(site.door("/"))
    harmless(page)
    for path in {path for name in NAMES for path in site.about_many(name)}:
        page.goto(site.base + path)
        harmless(page)


def test_a_hostile_page_as_files(watch: Watch, here: Path) -> None:  # noqa: F811
    """The same for what `golddigger compare --html` writes, opened from the disk."""
    names = [name for name in NAMES if max(map(len, name.split("/"))) < 120]
    lay(here / "goldens", dict.fromkeys(names, PAID))
    lay(here / "drawn", dict.fromkeys(names, OPEN))
    compare("goldens", "drawn", "--html", "html", "--quiet")
    page = watch.go((here / "html" / "index.html").as_uri())
    expect(page.locator("[data-entry]")).to_have_count(len(names))
    harmless(page)
