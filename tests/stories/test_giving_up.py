"""A forge that is away for long: what is put off waits its time, and after a week people read why it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app import main
from app.flow import backlog
from diffing.words import Unavailable
from storage import tables
from storage.backlog import KINDS, Entry, State
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures
from tests.stories.trouble import hasty, swept

LONG_AGO = timedelta(days=8)


@pytest.fixture
def stage(host: str, tmp_path: Path) -> Iterator[Stage]:
    """Give Golddigger at work, which tries again soon."""
    with hasty(host, tmp_path) as made:
        yield made


@pytest.fixture
def reported(stage: Stage) -> Pull:
    """Give a change whose golden is broken, and told of."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    return pull


@contextmanager
def away(stage: Stage, method: str) -> Iterator[None]:
    """Have a forge not do one thing, for as long as it lasts."""
    (forge,) = stage.whole.parts.forges.values()

    def refuse(*_: object, **__: object) -> Any:
        raise Unavailable("The forge is away.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(forge), method, refuse)
        yield


def only(stage: Stage, kind: str, good: Callable[[Entry], bool]) -> Entry:
    """Wait until the one job of a kind that is not done is so."""
    for _ in range(500):
        found = backlog.page(stage.whole.parts, main.now(), most=9, kinds=KINDS, dead=[True, False])
        if [each for each in found if each.kind == kind and good(each)]:
            return next(each for each in found if each.kind == kind)
        time.sleep(0.02)
    raise AssertionError(found)


def retrying(entry: Entry) -> bool:
    """Was it tried, and put off?"""
    return entry.tries >= 2 and entry.why == "The forge is away."


def dead(entry: Entry) -> bool:
    """Was it given up?"""
    return entry.state is State.DEAD


def since(stage: Stage, table: Any, column: str) -> None:
    """Let what is not done have been so for more than a week, and be due."""
    with stage.whole.parts.db.begin() as db:
        for row in db.execute(select(table.c[column]).distinct()).scalars().all():
            if row is not None:
                db.execute(update(table).where(table.c[column] == row).values({column: row - LONG_AGO}))


def test_a_commit_that_cannot_be_made_for_a_week_is_told_of(stage: Stage, reported: Pull) -> None:
    """Meanwhile it is tried again and again; in the end the approver reads why, and an operator may retry it."""
    with away(stage, "commit"):
        stage.forge.comment(reported, "dev", "/golddigger approve")
        only(stage, "approve", retrying)
        since(stage, tables.approvals, "requested_at")
        entry = only(stage, "approve", dead)
        assert entry.why == "The forge is away. It was tried for 7 days, and given up."
        assert "It was tried for 7 days, and given up." in stage.comment(reported).body
    stage.whole.carrier.send(backlog.retry(stage.whole.parts, entry, main.now()))
    stage.settle()
    assert reported.repo.file("feature", LOGIN) == NEW, stage.why()
    assert backlog.page(stage.whole.parts, main.now(), most=9, kinds=KINDS, dead=[True, False]) == []


def test_a_run_whose_artifacts_cannot_be_fetched_for_a_week_fails(stage: Stage) -> None:
    """The check says why; retried by an operator it is compared after all."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    with away(stage, "artifacts"):
        stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
        only(stage, "compare", retrying)
        since(stage, tables.runs, "created_at")
        entry = only(stage, "compare", dead)
        assert entry.repo == "octo/app"
        stage.shows(pull, "failure")
    stage.whole.carrier.send(backlog.retry(stage.whole.parts, entry, main.now()))
    stage.shows(pull, "action_required")


def test_a_report_that_cannot_be_said_for_a_week_is_given_up(stage: Stage, reported: Pull) -> None:
    """Nobody can be told on the forge; an operator sees it, and has it said when the forge is back."""
    with away(stage, "publish"):
        stage.forge.comment(reported, "dev", "/golddigger reject")
        only(stage, "publish", retrying)
        since(stage, tables.changes, "late_since")
        entry = only(stage, "publish", dead)
        swept(stage)
        assert only(stage, "publish", dead).tries == 0, "nobody asks for it again"
    stage.whole.carrier.send(backlog.retry(stage.whole.parts, entry, main.now()))
    stage.settle()
    assert backlog.page(stage.whole.parts, main.now(), most=9, kinds=KINDS, dead=[True, False]) == []
    assert "ejected" in stage.comment(reported).body


def test_a_delivery_that_cannot_be_read_for_a_week_is_given_up(stage: Stage, reported: Pull) -> None:
    """It is kept, and what it asked for is done when somebody retries it."""
    with away(stage, "change"):
        stage.forge.comment(reported, "dev", "/golddigger approve")
        only(stage, "ingest", retrying)
        since(stage, tables.deliveries, "received_at")
        entry = only(stage, "ingest", dead)
    stage.whole.carrier.send(backlog.retry(stage.whole.parts, entry, main.now()))
    stage.settle()
    assert reported.repo.file("feature", LOGIN) == NEW, stage.why()
