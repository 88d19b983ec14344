"""Give each test a Chromium that is listened to, and sites on loopback to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.app.web.conftest import make_stage  # noqa: F401 - a fixture
from tests.app.web.stage import Stage
from tests.app.web.test_setup import Hub as GitHub
from tests.app.web.test_signin import Hub
from tests.browser import browsers, demos, sites
from tests.browser.browsers import Watch
from tests.browser.demos import Demo, Kept
from tests.browser.sites import Site
from tests.forges.web import free_port


@pytest.fixture(autouse=True)
def _own_git_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests; whoever sits down at it has a context of their own."""
    with sync_playwright() as playwright, browsers.launched(playwright) as browser:
        yield browser


@pytest.fixture
def watch(chromium: Browser) -> Iterator[Watch]:
    """Whoever looks at pages in this test. Errors, warnings, refused scripts and dialogs fail it."""
    watching = Watch(chromium)
    yield watching
    watching.end()
    assert watching.complaints == []


@pytest.fixture
def site(make_stage: Callable[..., Stage]) -> Iterator[Site]:  # noqa: F811
    """A site on loopback, with a door to sign in by, whose runs the test makes itself."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    stage = make_stage(base=base, identities={"hub": Hub()}, installer=GitHub())
    with sites.served(stage.web, port):
        yield Site(stage, base)


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The demo's sample, drawn and compared once."""
    return demos.keep(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo(kept: Kept) -> Iterator[Demo]:
    """The demo's run as it is before anybody decided."""
    with demos.begun(kept) as at:
        yield at
