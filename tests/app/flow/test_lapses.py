"""What ends whoever works at it is not tried for ever, and people read why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.flow import sweep, work
from app.flow.jobs import Compare, Ingest, Publish
from storage import batches, database, deliveries, runs
from storage.batches import Batch
from tests.app.cleaning.yard import Yard
from tests.storage import making

pytestmark = pytest.mark.slow

LEASE = timedelta(minutes=10)
MOST = 5
WORDS = "worker ended in the midst of it, 6 times"


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


def killed(yard: Yard, claim: Callable[[], object], times: int) -> None:
    """Claim something so often, and end without a word."""
    for _ in range(times):
        assert claim()
        yard.now += LEASE + timedelta(minutes=1)


def queued(yard: Yard) -> tuple[int, str]:
    """Make a change, and a run that waits."""
    change = yard.change()
    with yard.parts.db.begin() as db:
        return change, making.run(db, change)


def test_a_delivery_that_kills_its_readers_fails(yard: Yard) -> None:
    """The sweep offers it until it was read into the ground six times; then its row says so."""
    with yard.parts.db.begin() as db:
        id_ = deliveries.keep(db, host="h", delivery_id="1", event="note", body=b"{}", now=yard.now)
    assert id_ is not None

    def claim() -> bool:
        with yard.parts.db.begin() as db:
            return deliveries.claim(db, id_, now=yard.now, until=yard.now + LEASE)

    killed(yard, claim, MOST + 1)
    assert Ingest(id_) in sweep.sweep(yard.parts, yard.now)
    assert work.work(yard.parts, Ingest(id_), yard.now) == []
    with yard.parts.db.begin() as db:
        kept = deliveries.get(db, id_)
        assert (kept.state, kept.lapses) == ("failed", MOST + 1)
        assert WORDS in kept.why
        assert deliveries.retry(db, id_)
        assert deliveries.get(db, id_).lapses == 0


def test_a_copy_counts_its_readers_end_too(yard: Yard) -> None:
    """A redelivery of what killed a reader does not hide that; one of what failed begins anew."""
    with yard.parts.db.begin() as db:
        again = 0
        for times in range(3):
            id_ = deliveries.keep(db, host="h", delivery_id="1", event="note", body=b"{}", now=yard.now)
            assert id_ is not None
            assert deliveries.get(db, id_).lapses == times
            assert deliveries.claim(db, id_, now=yard.now, until=yard.now + LEASE)
            yard.now += 2 * LEASE
            again = id_
        deliveries.fail(db, again, why="no")
        deliveries.keep(db, host="h", delivery_id="1", event="note", body=b"{}", now=yard.now)
        assert deliveries.get(db, again).lapses == 0


def test_a_run_that_kills_whoever_compares_it_fails(yard: Yard) -> None:
    """The change is told why, and the next worker lives."""
    change, run = queued(yard)

    def claim() -> int | None:
        with yard.parts.db.begin() as db:
            return runs.claim(db, run, now=yard.now, until=yard.now + LEASE)

    killed(yard, claim, MOST + 1)
    job = work.turn(yard.parts, Compare("whichever"), yard.now)
    assert job is not None
    assert work.work(yard.parts, job, yard.now) == [Publish(change)]
    with yard.parts.db.begin() as db:
        kept = runs.get(db, run)
        assert kept.state == "failed"
        assert WORDS in kept.why
        assert runs.retry(db, run) == change
        assert runs.get(db, run).lapses == 0


def test_a_batch_that_kills_whoever_measures_it_fails_its_run(yard: Yard) -> None:
    """Gathering, and giving back, are nobody's end: only leases that lapsed count."""
    change, run = queued(yard)
    with yard.parts.db.begin() as db:
        claim = runs.claim(db, run, now=yard.now, until=yard.now + LEASE)
        assert claim
        made = [Batch(size=1, pairs={})]
        laid = runs.lay_out(db, run, claim=claim, notes=[], globs={}, done=0, total=1, made=made)
        assert laid
        for _ in range(9):
            back = batches.claim(db, laid[0], now=yard.now, until=yard.now + LEASE)
            assert back
            batches.release(db, laid[0], claim=back)
        assert batches.get(db, laid[0]).lapses == 0

    def measure() -> int | None:
        with yard.parts.db.begin() as db:
            return batches.claim(db, laid[0], now=yard.now, until=yard.now + LEASE)

    killed(yard, measure, MOST + 1)
    job = work.turn(yard.parts, Compare("whichever"), yard.now)
    assert job is not None
    assert work.work(yard.parts, job, yard.now) == [Publish(change)]
    with yard.parts.db.begin() as db:
        kept = runs.get(db, run)
        assert (kept.state, kept.lapses) == ("failed", 0)
        assert WORDS in kept.why
