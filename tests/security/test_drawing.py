"""Whoever has a link may look, but looking may not stop everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.web import application, pictures
from app.web.site import Access
from bots.forge import User
from diffing.rendering import sheet
from tests.app.web.stage import BASE, Stage, set_up


@dataclass
class Slow:
    """Draws only when told, and counts who waits for it."""

    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, _golden: bytes, candidate: bytes, _mask: bytes) -> bytes:
        """Draw."""
        self.begun.release()
        assert self.go.wait(20)
        return candidate


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A change and no run yet."""
    made = set_up(tmp_path)
    yield made
    made.parts.db.dispose()


def test_drawing_never_takes_all_the_threads(stage: Stage) -> None:
    """Past a few differences at a time people are asked to come back, and deliveries are still taken."""
    run, slow = stage.run(), Slow()
    access = Access(secret_key=b"k" * 32, operator=User("op"))
    web = application.create(
        stage.parts, lambda _: None, access, hooks={}, draw=slow, sheet=sheet, shrink=sheet, clock=stage.clock
    )
    browser = TestClient(web, base_url=BASE)
    browser.get(stage.parts.links.run(run))
    path = f"/pictures/{run}/{stage.found(run)['goldens/cart.png'].id}/difference"
    with browser, ThreadPoolExecutor(pictures.MOST_AT_ONCE) as threads:
        waiting = [threads.submit(browser.get, path) for _ in range(pictures.MOST_AT_ONCE)]
        for _ in waiting:
            assert slow.begun.acquire(timeout=20)
        refused = browser.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert browser.get("/readyz").status_code == 200
        slow.go.set()
        assert {each.result().status_code for each in waiting} == {200}
        assert browser.get(path).status_code == 200
