"""Runs of thousands of goldens: a page, an answer to it and a command each cost as much as there is, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.flow import acts
from app.flow.acts import Scene
from bots.commands import All
from bots.forge import User
from diffing.words import BlobId, Comparison, Digest, Name, Outcome
from storage import listings, runs
from tests.app.web.stage import REVIEWER, Stage, set_up
from tests.app.web.test_decisions import fields

pytestmark = pytest.mark.slow

MANY = 6000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A change and no run yet."""
    made = set_up(tmp_path)
    yield made
    made.parts.db.dispose()


@pytest.fixture
def run(stage: Stage) -> str:
    """A run of thousands of changed goldens, all approved."""
    id_ = stage.queue()
    now = stage.clock()
    found = [_changed(number) for number in range(MANY)]
    with stage.parts.db.begin() as db:
        runs.claim(db, id_, now=now, until=now + timedelta(minutes=5))
        runs.conclude(db, id_, kept=True, notes=[], comparisons=found, globs={"shop": ("**",)}, now=now)
    _approve_all(stage)
    return id_


def test_a_page_is_as_small_as_that_of_a_small_run(stage: Stage, run: str) -> None:
    """A hundred rows, whatever there is; any piece of the list, a search, and the page of one golden too."""
    browser = stage.enter()
    for path in (
        "",
        "?after=5000",
        "?q=99",
        "?state=approved&outcome=changed",
        "/goldens/4321.png",
        "/list?after=5900",
    ):
        begun = time.perf_counter()
        answer = browser.get(f"/runs/{run}{path}")
        assert time.perf_counter() - begun < 2, path
        assert answer.status_code == 200
        assert len(answer.content) < 200_000, path


def test_a_page_that_is_open_asks_for_little(stage: Stage, run: str) -> None:
    """What was said since it asked last, and not an opinion of each golden; 304 where nothing happened."""
    browser = stage.enter()
    with stage.parts.reading() as db:
        last, many = listings.newest(db, stage.change_id)
    begun = time.perf_counter()
    answer = browser.get(f"/runs/{run}/state?since={last}")
    assert time.perf_counter() - begun < 1
    assert many == MANY
    assert len(answer.json()["opinions"]) <= 200
    assert len(answer.content) < 40_000
    begun = time.perf_counter()
    again = browser.get(f"/runs/{run}/state?since={last}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert time.perf_counter() - begun < 0.5


def test_deciding_on_one_does_not_read_them_all(stage: Stage, run: str) -> None:
    """Two hundred are decided in two minutes, and nobody waits for each."""
    browser = stage.enter()
    each = stage.found(run)["goldens/77.png"]
    sent = fields(browser, run, each, "rejected")
    begun = time.perf_counter()
    answer = browser.post(f"/runs/{run}/decisions", json=sent, headers={"accept": "application/json"})
    assert time.perf_counter() - begun < 1
    assert answer.json()["opinions"][each.id][0] == "rejected"


@pytest.mark.usefixtures("run")
def test_approving_all_again_holds_up_nobody_for_long(stage: Stage) -> None:
    """It writes, and while it does so nobody else may."""
    begun = time.perf_counter()
    _approve_all(stage)
    assert time.perf_counter() - begun < 2


def _approve_all(stage: Stage) -> None:
    scene = Scene(stage.parts, stage.change_id, stage.change, User(REVIEWER), None, stage.clock())
    acts.approve(scene, All(), via="command")


def _changed(number: int) -> Comparison:
    return Comparison(
        id="",
        suite="shop",
        name=Name(f"goldens/{number}.png"),
        outcome=Outcome.CHANGED,
        golden=Digest(f"a{number:063x}"),
        golden_blob=BlobId("b" * 40),
        candidate=Digest(f"c{number:063x}"),
    )
