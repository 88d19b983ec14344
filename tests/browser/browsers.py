"""Open pages in a real Chromium, and keep whatever it complains of."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Playwright

from tests.peers import emulate

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
_STATUS = re.compile(r"the server responded with a status of (\d{3})")
_PATIENCE_MS = 10_000


def place() -> str | None:
    """Find Chromium: the one that is named in the environment, or the system's."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


def missing() -> str:
    """Say in a line how to install what is missing; empty where it is there."""
    return "" if place() else "chromium is missing: apt-get install chromium"


NEEDED = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()) and not emulate.MUST_RUN, reason=missing()),
]
"""What marks a file of tests in a browser. Where peers must run, a missing browser fails them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What somebody looks at a page with."""

    width: int = 1440
    height: int = 900
    scheme: str = "light"
    touch: bool = False
    scripts: bool = True

    def of(self, browser: Browser) -> BrowserContext:
        """Give a browser without cookies that has this screen."""
        return browser.new_context(
            viewport={"width": self.width, "height": self.height},
            color_scheme="dark" if self.scheme == "dark" else "light",
            has_touch=self.touch,
            is_mobile=self.touch,
            java_script_enabled=self.scripts,
            reduced_motion="reduce",
        )


DESK = Screen()
PHONE = Screen(width=390, height=844, touch=True)
NO_SCRIPTS = Screen(scripts=False)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium; it ends when left."""
    found = place()
    assert found, missing()
    browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


@dataclass  # without slots: Playwright remembers its listeners on whoever listens
class Watch:
    """Everybody who looks at pages in one test; whatever their browsers complain of is kept."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    """Statuses of answers that a story is about: a browser complains of each that is no success."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    def sit_down(self, screen: Screen = DESK) -> Page:
        """Open an empty page for somebody new."""
        context = screen.of(self.browser)
        self._contexts.append(context)
        context.on("page", self._listen)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        return page

    def go(self, address: str, screen: Screen = DESK) -> Page:
        """Open an address for somebody new."""
        page = self.sit_down(screen)
        page.goto(address)
        return page

    def end(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _listen(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        status = _STATUS.search(message.text)
        if message.type in ("error", "warning") and not (status and int(status[1]) in self.expected):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, dialog: Dialog) -> None:
        """No page of ours asks by the browser's own dialogs: somebody's markup ran."""
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()
