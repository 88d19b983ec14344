"""What every queue does alike: it carries jobs soon or later, gives back what it took, and may be lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from dramatiq import Broker

from app.flow import work
from app.flow.jobs import Approve, Compare, Ingest, Job, Publish
from app.flow.parts import Parts
from app.worker import broker as brokers
from app.worker import running
from app.worker.carrier import Carrier
from app.worker.kinds import QUEUES, places
from app.worker.stopping import Stop
from storage import database

_PATIENCE = 20.0


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class Bench:
    """A queue whose jobs are done by the test."""

    def __init__(self, url: str, parts: Parts) -> None:
        self.url, self.parts = url, parts
        self.done: list[Job] = []
        self.act: Callable[[Job], list[Job]] = lambda job: []
        self.brokers: list[Broker] = []

    def carrier(self) -> Carrier:
        """Give somebody who sends, and may work."""
        self.brokers.append(brokers.make(self.url))
        return Carrier(self.brokers[-1], self.parts, now)

    @contextmanager
    def at_work(self, carrier: Carrier, *, threads: int = 4, stop: Stop | None = None) -> Iterator[None]:
        """Have jobs done."""
        with running.running(
            carrier.broker,
            carrier,
            self.parts,
            now,
            places=places(QUEUES, threads),
            every=3600,
            stop=stop or Stop(10),
            interrupt=lambda: None,
        ):
            yield

    def wait(self, count: int) -> list[Job]:
        """Wait until so many were done."""
        until = time.monotonic() + _PATIENCE
        while len(self.done) < count:
            assert time.monotonic() < until, self.done
            time.sleep(0.01)
        return self.done


@pytest.fixture
def bench(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Give a queue without flows behind it."""
    engine = database.connect(f"sqlite:///{tmp_path / 'all.db'}")
    database.migrate(engine)
    made = Bench(url, cast(Parts, SimpleNamespace(db=engine, reading=lambda: database.reading(engine))))

    def do(_parts: Parts, job: Job, _now: datetime) -> list[Job]:
        follow = made.act(job)
        made.done.append(job)
        return follow

    monkeypatch.setattr(work, "work", do)
    monkeypatch.setattr(work, "release", lambda _parts, _job: None)
    monkeypatch.setattr(running, "sweep", lambda _parts, _now: [])
    yield made
    for broker in made.brokers:
        broker.close()
    engine.dispose()


def test_every_kind_of_job_arrives_whole(bench: Bench) -> None:
    """Ids that are numbers and ids that are words come out as they went in."""
    carrier = bench.carrier()
    jobs: list[Job] = [Ingest(1), Compare("a-b_c"), Publish(2), Approve(3)]
    with bench.at_work(carrier):
        carrier.send(jobs)
        assert set(bench.wait(4)) == set(jobs)
