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
from storage import runs
from tests.app.web.stage import REVIEWER, Stage, set_up

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


def test_a_page_that_is_open_asks_for_little(stage: Stage, run: str) -> None:
    """It asks every few seconds; going through all decisions for each golden took minutes."""
    browser = stage.enter()
    begun = time.perf_counter()
    assert browser.get(f"/runs/{run}/state").status_code == 200
    assert time.perf_counter() - begun < 2


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
