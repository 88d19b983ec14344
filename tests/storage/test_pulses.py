"""A run's pulse: another word after whatever a page shows has changed, and the same one until then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from diffing.words import Decision, Name, Opinion
from storage import approvals, changes, decisions, pulses, runs
from tests.storage.making import HEAD, LATER, NOW, approval, change, comparison, concluded, digest, run


def _decide(db: Connection, of: int, mine: str) -> None:
    row = Decision(name=Name("a"), candidate=digest("2"), opinion=Opinion.APPROVED, who="ann")
    decisions.add(db, change_id=of, run_id=mine, head=HEAD, rows=[row], via="page", granted="", act="1", now=NOW)


def _ask(db: Connection, of: int, mine: str) -> None:
    approval(db, of, mine)


def _claim(db: Connection, of: int, mine: str) -> None:
    approval(db, of, mine)
    approvals.claim(db, of, batch="b", now=NOW, until=LATER)


def _replace(db: Connection, of: int, _mine: str) -> None:
    runs.supersede(db, of, keep_head=None, now=NOW)


def _draw_again(db: Connection, of: int, _mine: str) -> None:
    run(db, of, pipeline_id="200")


def _close(db: Connection, of: int, _mine: str) -> None:
    changes.close(db, of)


@pytest.mark.parametrize("happen", [_decide, _ask, _claim, _replace, _draw_again, _close])
def test_whatever_happens_is_noticed(db: Connection, happen: Callable[[Connection, int, str], None]) -> None:
    """A decision, an approval and how far it is, another run, a closed change: each is another word."""
    of = change(db)
    mine = concluded(db, of, comparison("a"))
    before = pulses.of_run(db, mine)
    assert before == pulses.of_run(db, mine)
    happen(db, of, mine)
    assert pulses.of_run(db, mine) != before


def test_progress_is_noticed(db: Connection) -> None:
    """Each step of the comparing is another word."""
    mine = run(db, change(db))
    runs.claim(db, mine, now=NOW, until=LATER)
    before = pulses.of_run(db, mine)
    runs.progress(db, mine, done=1, total=9)
    assert pulses.of_run(db, mine) != before


def test_what_happens_elsewhere_is_not(db: Connection) -> None:
    """Another change's decisions move no pulse here; a run that is not there has none."""
    of, other = change(db), change(db)
    mine, theirs = concluded(db, of, comparison("a")), concluded(db, other, comparison("a"))
    before = pulses.of_run(db, mine)
    _decide(db, other, theirs)
    assert pulses.of_run(db, mine) == before
    assert pulses.of_run(db, "nothing") is None
