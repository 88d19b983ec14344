"""A pull request is merged, and a month later its pictures are gone: page and history say so in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from app import main
from app.flow import asking, clean
from app.flow.retention import Retention
from storage import tables
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import NEW


def after(days: float) -> Callable[[], datetime]:
    """Give the clock that somebody has so many days from now."""
    return lambda: main.now() + timedelta(days=days)


def cleaned(stage: Stage, *days: float) -> None:
    """Clean, so many days from now."""
    for each in days:
        for _ in clean.clean(stage.whole.parts, Retention(), after(each)):
            pass


def kept(stage: Stage) -> list[str]:
    """Name the files that are kept."""
    return [each.digest for each in stage.whole.parts.blobs.walk()]


def page(stage: Stage) -> str:
    """Give the address to which the comment leads."""
    [run] = {row.id for row in _runs(stage)}
    return stage.whole.parts.links.run(run)


def _runs(stage: Stage) -> list[Row[Any]]:
    with stage.whole.parts.reading() as db:
        return list(db.execute(tables.runs.select()))


def test_a_merged_pull_request_s_pictures_go_after_thirty_days(stage: Stage, pull: Pull) -> None:
    """Who approved what is told still, and that the picture is gone; the golden stands in git as ever."""
    stage.forge.comment(pull, "dev", "/golddigger approve test/goldens/login.png")
    stage.settle()
    address = page(stage)
    stage.forge.close(pull)
    stage.settle()
    cleaned(stage, 0, 29)
    assert kept(stage)
    cleaned(stage, 31, 33)
    assert kept(stage) == []
    told = stage.get(address)
    assert told.status_code == 200
    assert "The pictures of this run are not kept any more" in told.text
    assert "login.png" in told.text
    assert "cart.png" not in told.text
    assert pull.repo.file(pull.branch, "test/goldens/login.png") == NEW


def test_a_closing_that_was_lost_leaves_nothing_for_ever(stage: Stage, pull: Pull) -> None:
    """No webhook ever came: the forge is asked a week later, and its month begins."""
    address = page(stage)
    with stage.held():
        stage.forge.close(pull)
    for days in (0, 8):
        assert [jobs for jobs in asking.ask(stage.whole.parts, after(days)()) if jobs] == []
    cleaned(stage, 8, 37)
    assert kept(stage)
    cleaned(stage, 39, 41)
    assert kept(stage) == []
    gone = stage.get(address)
    assert gone.status_code == 410
    assert "This run is not kept any more" in gone.text
