"""A run that takes long is not begun a second time beside the first, and the sweep outlives its troubles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app import main
from app.worker import running
from storage import runs
from tests.forges.wire import Wire, wired
from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import ended, lapse

OLD, NEW = screen("Sign in"), screen("Log in")


@pytest.fixture
def wire(stage: Stage) -> Iterator[Wire]:
    """Give the wire to the forge."""
    with wired(stage.forge) as made:
        yield made


def lapsed(stage: Stage) -> list[str]:
    """Give the runs that a sweep would begin again."""
    with stage.whole.parts.db.begin() as db:
        return runs.lapsed(db, now=main.now(), most=10)


def test_who_still_compares_keeps_the_run(stage: Stage, wire: Wire) -> None:
    """Fetching and comparing may take longer than a lease; the timer says that we are still at it."""
    repo = stage.forge.repo("octo/app", files={"test/goldens/login.png": OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    held = wire.hold_back(stage.host.asked.tree)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    held.wait()
    lapse(stage)
    assert len(lapsed(stage)) == 1
    stage.whole.carrier.renew()
    assert lapsed(stage) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.whole.carrier, "_clock", lambda: main.now() + timedelta(days=1))
        lapse(stage)
        stage.whole.carrier.renew()
    assert len(lapsed(stage)) == 1, "whoever hangs for a day is not waited for"
    held.let_go()
    ended(stage)
    stage.shows(pull, "action_required")


def test_a_sweep_that_breaks_is_not_the_last() -> None:
    """Whatever it trips over, the next one comes."""
    told, twice = threading.Event(), threading.Semaphore(0)

    def broken() -> None:
        twice.release()
        raise KeyError("a row that nobody foresaw")

    timer = threading.Thread(target=running._tick, args=(told, 0.01, broken))
    timer.start()
    try:
        assert all(twice.acquire(timeout=5) for _ in range(2))
    finally:
        told.set()
        timer.join()
