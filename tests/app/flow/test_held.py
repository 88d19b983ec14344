"""Whoever holds nothing gives back nothing, and fails nothing, of what another is at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.flow import work
from app.flow.jobs import Approve, Ingest, Job, Publish
from storage import approvals, changes, database, deliveries
from tests.app.cleaning.yard import Yard
from tests.storage import making

pytestmark = pytest.mark.slow

LATER = timedelta(seconds=20)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a fresh, migrated database."""
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/db.sqlite" if on_sqlite else request.getfixturevalue("postgresql_database")
    opened = database.connect(url)
    database.migrate(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def yard(engine: Engine, tmp_path: Path) -> Yard:
    """Give a database with a repository."""
    return Yard.at(engine, tmp_path / "blobs")


@pytest.fixture
def begun(yard: Yard) -> list[Job]:
    """Have one worker begin an approval, a report and a delivery, now."""
    change, until = yard.change(), yard.now + yard.parts.lease
    run = yard.run(change, "a")
    with yard.parts.db.begin() as db:
        making.approval(db, change, run)
        assert approvals.claim(db, change, batch="A", now=yard.now, until=until)
        changes.want(db, change)
        assert changes.claim(db, change, now=yard.now, until=until)
        delivery = deliveries.keep(db, host="h", delivery_id="1", event="note", body=b"{}", now=yard.now)
        assert delivery is not None
        assert deliveries.claim(db, delivery, now=yard.now, until=until)
    return [Approve(change), Publish(change), Ingest(delivery)]


def free(yard: Yard, begun: list[Job]) -> list[bool]:
    """Try to take each, a little later."""
    now = yard.now + 2 * LATER
    approve, publish, ingest = begun
    assert isinstance(approve, Approve)
    assert isinstance(publish, Publish)
    assert isinstance(ingest, Ingest)
    with yard.parts.db.begin() as db:
        return [
            bool(approvals.claim(db, approve.change, batch="C", now=now, until=now + LATER)),
            changes.claim(db, publish.change, now=now, until=now + LATER) is not None,
            deliveries.claim(db, ingest.delivery, now=now, until=now + LATER),
        ]


def test_whoever_holds_it_gives_it_back(yard: Yard, begun: list[Job]) -> None:
    """By when it began, its own claims are told."""
    for job in begun:
        work.release(yard.parts, job, yard.now)
    assert free(yard, begun) == [True, True, True]


def test_another_does_not_give_it_back(yard: Yard, begun: list[Job]) -> None:
    """A second message, whose database was away before it could claim anything, leaves the first one's alone."""
    for job in begun:
        work.release(yard.parts, job, yard.now + LATER)
    assert free(yard, begun) == [False, False, False]


def test_another_does_not_fail_it(yard: Yard, begun: list[Job]) -> None:
    """What one commits is not failed by another that broke: the commit is recorded."""
    for job in begun:
        assert work.give_up(yard.parts, job, "broke", yard.now + LATER) == []
    assert free(yard, begun) == [False, False, False]
    approve = begun[0]
    assert isinstance(approve, Approve)
    with yard.parts.db.begin() as db:
        (mine,) = approvals.of_change(db, approve.change)
        approvals.commit(db, [mine.id], commit="c" * 40, url="u")
        (kept,) = approvals.of_change(db, approve.change)
        assert (kept.state, kept.commit) == ("committed", "c" * 40)


def test_whoever_holds_it_fails_it(yard: Yard, begun: list[Job]) -> None:
    """Then people read why."""
    follow = [each for job in begun for each in work.give_up(yard.parts, job, "It broke.", yard.now)]
    assert follow == [begun[1]]
    approve, _, ingest = begun
    assert isinstance(approve, Approve)
    assert isinstance(ingest, Ingest)
    with yard.parts.db.begin() as db:
        (kept,) = approvals.of_change(db, approve.change)
        assert (kept.state, kept.why) == ("failed", "It broke.")
        assert deliveries.get(db, ingest.delivery).state == "failed"
