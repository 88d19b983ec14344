"""The list of jobs that are not done: each once, in one order, a page at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from storage import approvals, backlog, changes, deliveries, runs, tables
from storage.backlog import KINDS, Entry, State
from tests.storage import making
from tests.storage.making import LATER, LEASE, MINUTE, NOW

pytestmark = pytest.mark.slow

BOTH = (True, False)


def delivery(db: Connection, name: str, age: timedelta = timedelta(0)) -> int:
    """Keep a delivery."""
    kept = deliveries.keep(db, host="github.com", delivery_id=name, event="push", body=b"{}", now=NOW - age)
    assert kept is not None
    return kept


def listed(db: Connection, *, dead: tuple[bool, ...] = BOTH, most: int = 50) -> list[tuple[str, State]]:
    """List all, by id and state."""
    found = backlog.page(db, now=NOW + MINUTE, most=most, kinds=KINDS, dead=dead)
    return [(each.id, each.state) for each in found]


def test_a_delivery_from_its_arrival_to_its_end(db: Connection) -> None:
    """It waits, runs, is put off, is given up, and is tried again as if for the first time."""
    id_ = delivery(db, "one")
    name = f"ingest:{id_}"
    assert listed(db) == [(name, State.WAITING)]
    deliveries.claim(db, id_, now=NOW, until=LEASE)
    assert listed(db) == [(name, State.RUNNING)]
    deliveries.release(db, id_, until=LEASE, why="GitHub is away.")
    found = backlog.find(db, "ingest", str(id_), NOW)
    assert found == Entry(
        kind="ingest",
        key=str(id_),
        state=State.RETRYING,
        host="github.com",
        repo="",
        number="",
        about="push",
        why="GitHub is away.",
        since=NOW,
        tries=1,
        due_at=LEASE,
    )
    deliveries.claim(db, id_, now=LATER, until=LATER)
    deliveries.fail(db, id_, why="No.")
    assert listed(db) == listed(db, dead=(True,)) == [(name, State.DEAD)]
    assert listed(db, dead=(False,)) == []
    assert deliveries.retry(db, id_)
    assert listed(db) == [(name, State.WAITING)]
    deliveries.claim(db, id_, now=LATER, until=LATER)
    deliveries.finish(db, id_, why="done")
    assert listed(db) == []
    assert not deliveries.retry(db, id_), "what is done is left alone"


def test_a_run_that_failed_is_tried_again_and_one_under_way_is_not(db: Connection) -> None:
    """Retrying says whose report changes; what somebody compares at this moment is theirs."""
    change = making.change(db, making.repo(db, path="octo/app"), number="7")
    run = making.run(db, change)
    claim = runs.claim(db, run, now=NOW, until=LEASE)
    assert listed(db) == [(f"compare:{run}", State.RUNNING)]
    assert runs.retry(db, run) is None
    assert claim is not None
    runs.fail(db, run, why="It broke.", now=NOW, claim=claim)
    found = backlog.find(db, "compare", run, NOW)
    assert found is not None
    assert (found.state, found.repo, found.number, found.about) == (State.DEAD, "octo/app", "7", "CI")
    assert runs.retry(db, run) == change
    assert runs.retry(db, run) == change, "twice does no harm"
    assert listed(db) == [(f"compare:{run}", State.WAITING)]
    assert runs.claim(db, run, now=NOW, until=LEASE) == claim + 1, "an old try holds nothing"
    assert not runs.conclude(db, run, kept=True, notes=[], comparisons=[], now=NOW, claim=claim)


def test_a_report_that_cannot_be_said(db: Connection) -> None:
    """It is owed, put off, given up with its reason, and wished for anew."""
    change = making.change(db)
    name = f"publish:{change}"
    changes.want(db, change)
    assert listed(db) == [(name, State.WAITING)]
    wanted = changes.claim(db, change, now=NOW, until=LEASE)
    assert wanted == 1
    assert listed(db) == [(name, State.RUNNING)]
    changes.put_off(db, change, until=LEASE, why="GitHub is away.", now=NOW)
    assert listed(db) == [(name, State.RETRYING)]
    assert changes.owed(db, now=NOW, most=9) == []
    assert changes.claim(db, change, now=NOW, until=LEASE) is None
    assert changes.owed(db, now=LEASE, most=9) == [change]
    changes.give_up(db, change, 1, why="The app was taken away.", now=LATER)
    found = backlog.find(db, "publish", str(change), LATER)
    assert found is not None
    assert (found.state, found.why, found.since) == (State.DEAD, "The app was taken away.", NOW)
    changes.want(db, change)
    assert changes.owed(db, now=NOW, most=9) == [change]
    changes.said(db, change, 2)
    assert listed(db) == []


def test_a_commit_that_failed_is_wished_for_anew(db: Connection) -> None:
    """The old wish stays as it ended. Whoever retries it twice, or late, wishes for nothing more."""
    change = making.change(db)
    run = making.concluded(db, change)
    first, second = (making.approval(db, change, run, who=who) for who in ("ann", "ben"))
    taken = approvals.claim(db, change, batch="b", now=NOW, until=LEASE)
    assert {each.id for each in taken} == {first, second}
    approvals.fail(db, [first, second], why="It broke.")
    dead = [name for name, state in listed(db) if state is State.DEAD]
    assert set(dead) == {f"approve:{first}", f"approve:{second}"}
    assert approvals.again(db, first, now=LATER) == change
    waiting = [each for each in approvals.of_change(db, change) if each.state == "requested"]
    assert {(each.who, each.head, each.files) for each in waiting} == {
        (each.who, each.head, each.files) for each in taken
    }
    assert [name for name, state in listed(db) if state is State.DEAD] == []
    assert approvals.again(db, second, now=LATER + MINUTE) is None
    assert len(approvals.of_change(db, change)) == 4
    assert approvals.again(db, "nothing", now=LATER) is None


def test_a_wish_that_is_put_off_is_due_with_the_next(db: Connection) -> None:
    """Somebody approves again while the forge was away: they need not wait for the old one's time."""
    change = making.change(db)
    run = making.concluded(db, change)
    first = making.approval(db, change, run)
    approvals.claim(db, change, batch="b", now=NOW, until=LEASE)
    approvals.release(db, [first], until=LATER, why="GitHub is away.")
    assert approvals.waiting(db, now=NOW, most=9) == []
    assert approvals.claim(db, change, batch="c", now=NOW, until=LEASE) == []
    making.approval(db, change, run)
    assert approvals.waiting(db, now=NOW, most=9) == [change]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_pages_hold_each_job_once_and_newest_first(db: Connection, most: int) -> None:
    """Also where many came in the same moment."""
    change = making.change(db)
    for number in range(5):
        delivery(db, f"same {number}")
        delivery(db, f"older {number}", number * MINUTE)
        making.run(db, change, pipeline_id=str(number), now=NOW - (number % 2) * MINUTE)
    changes.want(db, change)
    run = making.run(db, change, pipeline_id="9", now=NOW)
    making.approval(db, change, run)
    found: list[Entry] = []
    while page := backlog.page(db, now=NOW, most=most, kinds=KINDS, dead=BOTH, after=found[-1] if found else None):
        assert len(page) <= most
        found += page
    assert len({each.id for each in found}) == len(found) == 18
    assert [each.since for each in found] == sorted((each.since for each in found), reverse=True)


@pytest.mark.parametrize(("kind", "key"), [("frobnicate", "1"), ("ingest", "x"), ("ingest", "9" * 400), ("", "")])
def test_what_is_not_there_is_not_found(db: Connection, kind: str, key: str) -> None:
    """Whatever is asked for."""
    assert backlog.find(db, kind, key, NOW) is None


def test_a_lease_that_lapsed_is_nobody_s(db: Connection) -> None:
    """Who had it died; it waits for whoever asks again."""
    id_ = delivery(db, "one")
    deliveries.claim(db, id_, now=NOW, until=LEASE)
    db.execute(update(tables.deliveries).values(lease_until=NOW - MINUTE))
    assert listed(db) == [(f"ingest:{id_}", State.WAITING)]
