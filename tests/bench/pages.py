"""Measure a run's page in a real Chromium, with thousands of comparisons: how soon it is there, how it scrolls."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from app import logs, main, review
from app.demo import sample
from app.flow import standing
from app.review import Review
from diffing.differ import differ
from diffing.words import Comparison, Name, Rules
from storage import runs
from storage.blobs import Blobs
from tests.bench import screens
from tests.browser import browsers

COMPARISONS = 2000
ROUNDS = 5
_KINDS = 20
_SIZE = (390, 844)
_SCREEN = {"width": 1440, "height": 900}
_KEYS = 20
_STEP = 160
"""Pixels that one frame scrolls: 9,600 a second, as fast as a wheel is turned."""
_FIRST_ROW = """
    const look = () => {
        if (document.querySelector("[data-entry]")) setTimeout(() => { window.firstRow = performance.now(); });
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((each) => each.duration)))
        .observe({type: "longtask", buffered: true});
"""
"""The callback of a frame that has a row in it ends before that frame is painted; what waits comes after."""
_LOADED = """
    () => {
        const [page] = performance.getEntriesByType("navigation");
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        return {
            "server, to the first byte": page.responseStart - page.requestStart,
            "first paint": paint.startTime,
            "first rows painted": Math.max(paint.startTime, window.firstRow),
            "keys answer": page.domContentLoadedEventEnd,
            "page, kB": page.decodedBodySize / 1000,
        };
    }
"""
_SCROLL = """
    (step) => new Promise((done) => {
        const list = document.querySelector(".list");
        list.scrollTop = 0;
        const frames = [];
        const from = longTasks.length;
        let last = performance.now();
        let still = 0;
        const scroll = (now) => {
            frames.push(now - last);
            last = now;
            const before = list.scrollTop;
            list.scrollTop += step;
            still = list.scrollTop === before ? still + 1 : 0;
            if (still < 30 || list.querySelector("[data-more]")) requestAnimationFrame(scroll);
            else done({frames: frames.slice(1, -30), tasks: longTasks.slice(from)});
        };
        requestAnimationFrame(scroll);
    })
"""
"""Scroll a list to its end, which goes on by itself; give how long each frame took."""


@dataclass(frozen=True, slots=True)
class Scrolled:
    """How a list scrolled from its top to its end."""

    rows: int
    frames: Sequence[float]
    """How long each took, in milliseconds."""
    tasks: Sequence[float]
    """Whatever held up the page for more than 50 milliseconds."""

    @property
    def percentiles(self) -> Sequence[float]:
        """Give the 1st to the 99th."""
        return quantiles(self.frames, n=100)


@dataclass(frozen=True, slots=True)
class Measured:
    """One page of many comparisons."""

    loaded: Mapping[str, float]
    """Medians, in milliseconds unless they say otherwise."""
    stepped: Sequence[float]
    """From a key to the next golden on the stage, each."""
    scrolled: Scrolled
    """While pieces come, and the server makes the small pictures, on the same cores."""
    again: Scrolled
    """When all is there."""


def measure(folder: Path, comparisons: int = COMPARISONS) -> Measured:
    """Serve a run of so many comparisons, and look at it."""
    logs.set_up(level="error")
    with sync_playwright() as playwright, browsers.launched(playwright) as browser, _served(folder) as at:
        address = _run(at, comparisons)
        cookies = _page(
            browser, at.whole.settings.public_url + f"/?token={at.whole.token('operator')}"
        ).context.cookies()
        loaded = [_load(browser, cookies, address) for _ in range(ROUNDS + 1)][1:]  # the first warms the server
        page = _page(browser, address, cookies)
        return Measured(
            loaded={name: median(each[name] for each in loaded) for name in loaded[0]},
            stepped=list(_step(page)),
            scrolled=_scroll(page),
            again=_scroll(page),
        )


def _compared(blobs: Blobs, comparisons: int) -> Iterator[Comparison]:
    """Draw phones' screens that changed in a few ways, no two candidates the same file."""
    golden = screens.png(screens.screen(_SIZE))
    kinds = [_kind(blobs, golden, kind) for kind in range(_KINDS)]
    for number in range(comparisons):
        candidate, alike = kinds[number % _KINDS]
        name = Name(f"goldens/{number // 50:02}/a_screen_{number:04}.png")
        yield replace(alike, name=name, candidate=blobs.put(_stamped(candidate, number)))


def _kind(blobs: Blobs, golden: bytes, kind: int) -> tuple[bytes, Comparison]:
    candidate = screens.png(screens.screen(_SIZE, word=f"Word {kind}"))
    found = differ(golden, candidate, Rules())
    assert found.mask
    return candidate, Comparison(
        id="",
        suite="phone",
        name=Name(""),
        outcome=found.outcome,
        golden=blobs.put(golden),
        difference=replace(found, mask=None),
        mask=blobs.put(found.mask),
    )


def _stamped(png: bytes, number: int) -> bytes:
    """Write a number into a PNG, which changes its bytes and no pixel."""
    body = b"tEXtNumber\0" + str(number).encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:-12] + chunk + png[-12:]


@contextmanager
def _served(folder: Path) -> Iterator[Review]:
    made = sample.make(folder)
    with review.opened(made.git, sample.BRANCH, data=folder / "data", port=None, say=lambda words: None) as at:
        yield at


def _run(at: Review, comparisons: int) -> str:
    """Put a run straight into the database, and give its address."""
    parts, change, now = at.whole.parts, at.change, main.now()
    found = list(_compared(parts.blobs, comparisons))
    with parts.db.begin() as db:
        run = runs.insert(
            db,
            change_id=standing.remember(db, change),
            head=change.head,
            base=change.base,
            pipeline_id="1",
            attempt=1,
            round=1,
            source="ci",
            title="CI",
            url="",
            now=now,
        )
        assert run
        assert runs.claim(db, run, now=now, until=now + timedelta(minutes=5))
        assert runs.conclude(db, run, kept=True, notes=[], comparisons=found, globs={}, now=now)
    return f"{at.whole.settings.public_url}/runs/{run}"


def _page(browser: Browser, address: str, cookies: Sequence[Any] = ()) -> Page:
    context = browser.new_context(viewport=_SCREEN)  # type: ignore[arg-type]
    context.add_cookies(cookies)
    context.add_init_script(_FIRST_ROW)
    page = context.new_page()
    page.goto(address, wait_until="load")
    return page


def _load(browser: Browser, cookies: Sequence[Any], address: str) -> Mapping[str, float]:
    page = _page(browser, address, cookies)
    page.wait_for_timeout(300)
    loaded: Mapping[str, float] = page.evaluate(_LOADED)
    page.context.close()
    return loaded


def _step(page: Page) -> Iterator[float]:
    """Press a key and wait for the next golden, as fast as the page answers."""
    heading = page.locator("[data-stage] h2")
    for _ in range(_KEYS):
        before = heading.text_content() or ""
        began = page.evaluate("performance.now()")
        page.keyboard.press("j")
        expect(heading).not_to_have_text(before)
        yield page.evaluate("performance.now()") - began


def _scroll(page: Page) -> Scrolled:
    told = page.evaluate(_SCROLL, _STEP)
    return Scrolled(page.locator("[data-entry]").count(), told["frames"], told["tasks"])
