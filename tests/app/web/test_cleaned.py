"""What the pages say of runs that were cleaned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from app.flow import clean
from app.flow.retention import Retention
from app.web import places
from diffing.words import Decision, Name, Opinion
from storage import changes, decisions, runs
from tests.app.web.stage import Stage

pytestmark = pytest.mark.slow

MENU = "goldens/menu.png"


def _approve(stage: Stage, run: str) -> None:
    """Have the reviewer approve the menu."""
    found = stage.found(run)[MENU]
    said = Decision(name=Name(MENU), candidate=found.candidate, opinion=Opinion.APPROVED, who="robin")
    with stage.parts.db.begin() as db:
        decisions.add(
            db,
            change_id=stage.change_id,
            run_id=run,
            head=stage.change.head,
            rows=[said],
            via="page",
            granted="robin may write",
            act="1",
            now=stage.clock(),
        )


def _close(stage: Stage) -> None:
    """Merge the change, and let a year pass."""
    with stage.parts.db.begin() as db:
        changes.close(db, stage.change_id)
        runs.supersede(db, stage.change_id, keep_head=None, now=stage.clock())
    for days in (0, 31, 33):
        _clean(stage, days)


def _clean(stage: Stage, days: int) -> None:
    for _ in clean.clean(stage.parts, Retention(), _after(stage, days)):
        pass


def _after(stage: Stage, days: int) -> Callable[[], datetime]:
    return lambda: stage.clock() + timedelta(days=days)


def test_the_link_to_a_cleaned_run_says_so(stage: Stage) -> None:
    """Whoever comes from the pull request reads why there is nothing; to anybody else it never was."""
    run = stage.run()
    _close(stage)
    visitor = stage.browser()
    gone = visitor.get(stage.parts.links.run(run), headers={"accept": "text/html"})
    assert gone.status_code == 410
    assert "This run is not kept any more" in gone.text
    assert stage.browser().get(f"/runs/{run}").status_code == 404
    assert stage.enter().get("/").status_code == 200


def test_of_a_run_that_was_decided_on_page_and_history_stay(stage: Stage) -> None:
    """Who approved what stands there still, and in place of its pictures since when they are gone."""
    run = stage.run()
    _approve(stage, run)
    _close(stage)
    page = stage.enter().get(f"/runs/{run}").text
    assert "The pictures of this run are not kept any more, since 22 December 2026" in page
    assert "menu.png" in page
    assert "old.png" not in page
    history = stage.client.get(places.golden(_repo(stage), Name(MENU))).text
    assert "<b>Approved</b> by <bdi>robin</bdi>" in history
    assert "Deleted on 24 December 2026" in history


def test_of_a_superseded_run_its_page_says_what_is_left(stage: Stage) -> None:
    """The pictures of what was decided are shown as long as the change lives."""
    run = stage.run()
    _approve(stage, run)
    with stage.parts.db.begin() as db:
        runs.supersede(db, stage.change_id, keep_head="f" * 40, now=stage.clock())
    _clean(stage, 4)
    _clean(stage, 6)
    page = stage.enter().get(f"/runs/{run}").text
    assert "Of this run only those goldens are kept, since 25 November 2026, on which somebody decided" in page
    candidate = stage.found(run)[MENU].candidate
    assert stage.client.get(f"/pictures/{candidate}?run={run}").status_code == 200


def _repo(stage: Stage) -> int:
    with stage.parts.reading() as db:
        return changes.get(db, stage.change_id).repo_id
