"""What every queue does alike: it carries jobs soon or later, gives back what it took, and may be lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import cast

import pytest
from dramatiq import Broker

from app.flow import patience, work
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.flow.parts import Parts
from app.worker import broker as brokers
from app.worker import depths, kinds, running
from app.worker.carrier import Carrier
from app.worker.kinds import KINDS, QUEUES, places
from app.worker.stopping import Stop
from storage import database
from storage.away import Away
from tests.app.worker.conftest import SERVED

_PATIENCE = 20.0


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


class Bench:
    """A queue whose jobs are done by the test."""

    def __init__(self, url: str, parts: Parts) -> None:
        self.url, self.parts = url, parts
        self.begun: list[Job] = []
        self.done: list[Job] = []
        self.released: list[Job] = []
        self.given_up: list[tuple[Job, str]] = []
        self.act: Callable[[Job], list[Job]] = lambda job: []
        self.hold = Event()
        """Jobs of the heavy sort go on when it is set."""
        self.hold.set()
        self.brokers: list[Broker] = []

    def carrier(self) -> Carrier:
        """Give somebody who sends, and may work."""
        memory = [each for each in self.brokers if self.url == "memory://"]
        self.brokers += memory[:1] or [brokers.make(self.url)]
        return Carrier(self.brokers[-1], self.parts, now)

    @contextmanager
    def at_work(
        self,
        carrier: Carrier,
        *,
        threads: int = 4,
        stop: Stop | None = None,
        interrupt: Callable[[], None] = lambda: None,
    ) -> Iterator[None]:
        """Have jobs done."""
        with running.running(
            carrier.broker,
            carrier,
            self.parts,
            now,
            places=places(QUEUES, threads),
            every=3600,
            stop=stop or Stop(10),
            interrupt=interrupt,
        ):
            yield

    def do(self, _parts: Parts, job: Job, _now: datetime) -> list[Job]:
        """Do a job."""
        self.begun.append(job)
        if isinstance(job, Compare):
            assert self.hold.wait(_PATIENCE)
        follow = self.act(job)
        self.done.append(job)
        return follow

    def wait(self, good: Callable[[], object]) -> None:
        """Wait until something is so."""
        until = time.monotonic() + _PATIENCE
        while not good():
            assert time.monotonic() < until, (self.begun, self.done, self.given_up)
            time.sleep(0.01)


@pytest.fixture
def bench(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Give a queue without flows behind it, which tries again soon."""
    engine = database.connect(f"sqlite:///{tmp_path / 'all.db'}")
    made = Bench(url, cast(Parts, SimpleNamespace(db=engine)))

    def give_up(_parts: Parts, job: Job, why: str, _now: datetime) -> list[Job]:
        made.given_up.append((job, why))
        return []

    monkeypatch.setattr(work, "turn", lambda _parts, job, _now: job, raising=False)
    monkeypatch.setattr(work, "broke", lambda _parts, _job: None, raising=False)
    monkeypatch.setattr(work, "work", made.do)
    monkeypatch.setattr(work, "release", lambda _parts, job, _now: made.released.append(job))
    monkeypatch.setattr(work, "give_up", give_up)
    monkeypatch.setattr(running, "sweep", lambda _parts, _now: [])
    monkeypatch.setattr(patience, "_FIRST", 0.01)
    yield made
    made.hold.set()
    for broker in made.brokers:
        broker.close()
    engine.dispose()


def test_every_kind_of_job_arrives_whole(bench: Bench) -> None:
    """Ids that are numbers and ids that are words come out as they went in; what a job holds besides stays."""
    carrier = bench.carrier()
    jobs: list[Job] = [Ingest(1), Compare("a-b_c"), Measure("a-b_c", 7), Publish(2), Approve(3)]
    with bench.at_work(carrier):
        carrier.send([*jobs, *jobs])
        carrier.send([Compare("d", claim=3)])
        bench.wait(lambda: len(bench.done) == 6)
    assert set(bench.done) == {*jobs, Compare("d")}


def test_what_follows_from_a_job_is_sent(bench: Bench) -> None:
    """One job leads to the next."""
    carrier = bench.carrier()
    bench.act = lambda job: [Publish(9)] if isinstance(job, Ingest) else []
    with bench.at_work(carrier):
        carrier.send([Ingest(1)])
        bench.wait(lambda: bench.done == [Ingest(1), Publish(9)])


def test_a_job_for_later_waits(bench: Bench) -> None:
    """What was sent after it is done before it."""
    carrier = bench.carrier()
    with bench.at_work(carrier):
        begun = time.monotonic()
        carrier.send([Approve(1, after=0.6), Approve(2)])
        bench.wait(lambda: len(bench.done) == 2)
    assert bench.done == [Approve(2), Approve(1)]
    assert time.monotonic() - begun >= 0.6


def test_what_is_due_in_minutes_is_not_kept_by_the_queue(bench: Bench) -> None:
    """A worker would hold it all that time; the sweep asks for it when it is due."""
    carrier = bench.carrier()
    carrier.send([Publish(1, after=61)])
    found = depths.of(carrier.broker, brokers.queue(carrier.broker, "publish"))
    assert (found.waiting, found.delayed) == (0, 0)


def test_an_approval_never_waits_behind_comparisons(bench: Bench) -> None:
    """Every thread that compares is busy, and many comparisons wait: an approval is done all the same."""
    carrier = bench.carrier()
    bench.hold.clear()
    with bench.at_work(carrier):
        carrier.send(Compare(f"run{number}") for number in range(20))
        bench.wait(lambda: len(bench.begun) == 2)
        carrier.send([Approve(1), Publish(2), Ingest(3)])
        bench.wait(lambda: len(bench.done) == 3)
        assert set(bench.done) == {Approve(1), Publish(2), Ingest(3)}
        assert bench.begun.count(Approve(1)) == 1
        bench.hold.set()
        bench.wait(lambda: len(bench.done) == 23)


def test_what_is_short_is_done_in_the_order_of_its_urgency(bench: Bench) -> None:
    """Of those that wait for the same thread an approval comes first, then reports, then deliveries."""
    carrier = bench.carrier()
    first = Event()

    def act(job: Job) -> list[Job]:
        assert job != Ingest(1) or first.wait(_PATIENCE)
        return []

    bench.act = act
    with bench.at_work(carrier, threads=2):
        carrier.send([Ingest(1)])
        bench.wait(lambda: bench.begun == [Ingest(1)])
        carrier.send([Ingest(2), Publish(3), Approve(4)])
        bench.wait(lambda: _lying(carrier, "ingest", "publish", "approve") == 0)
        time.sleep(0.2)  # from the wire into the worker
        first.set()
        bench.wait(lambda: len(bench.done) == 4)
    assert bench.done == [Ingest(1), Approve(4), Publish(3), Ingest(2)]


@pytest.mark.parametrize("url", SERVED, indirect=True)
def test_long_work_is_left_to_whoever_is_idle(bench: Bench) -> None:
    """A worker takes no comparison that it cannot begin: another machine has it at once."""
    one, other = bench.carrier(), bench.carrier()
    bench.hold.clear()
    with bench.at_work(one, threads=2):
        one.send(Compare(f"run{number}") for number in range(3))
        bench.wait(lambda: len(bench.begun) == 1)
        with bench.at_work(other, threads=4):
            bench.wait(lambda: len(bench.begun) == 3)
            bench.hold.set()
            bench.wait(lambda: len(bench.done) == 3)


def test_what_breaks_us_is_tried_thrice_and_given_up(bench: Bench) -> None:
    """A bug of ours stops nothing, and the reason is handed on."""
    carrier = bench.carrier()

    def act(job: Job) -> list[Job]:
        if job == Publish(1):
            raise TypeError("a bug of ours")
        return []

    bench.act = act
    with bench.at_work(carrier):
        carrier.send([Publish(1), Publish(2)])
        bench.wait(lambda: bench.given_up)
        time.sleep(0.1)
    assert bench.begun.count(Publish(1)) == 3
    assert bench.released == [Publish(1), Publish(1)]
    assert bench.done == [Publish(2)]
    ((job, why),) = bench.given_up
    assert job == Publish(1)
    assert why.startswith("Golddigger itself failed here (TypeError)")


def test_a_job_that_hangs_is_interrupted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes longer than a kind of job may is cut short, thrice, and others have the thread."""
    short = replace(KINDS["publish"], limit=timedelta(seconds=0.1))
    monkeypatch.setattr(kinds, "KINDS", {**KINDS, "publish": short})
    monkeypatch.setattr("app.worker.carrier.KINDS", {**KINDS, "publish": short})
    carrier = bench.carrier()

    def act(job: Job) -> list[Job]:
        until = time.monotonic() + _PATIENCE
        while job == Publish(1) and time.monotonic() < until:
            time.sleep(0.01)
        return []

    bench.act = act
    with bench.at_work(carrier, threads=2):
        carrier.send([Publish(1)])
        bench.wait(lambda: bench.given_up)
        carrier.send([Publish(2)])
        bench.wait(lambda: bench.done == [Publish(2)])
    ((_, why),) = bench.given_up
    assert why == "It took longer than 0:00:00.100000, 3 times."


def test_while_the_database_is_away_a_message_comes_again(bench: Bench) -> None:
    """Nothing can be put off in it, so the queue itself tries again."""
    carrier = bench.carrier()
    for each in carrier.broker.middleware:
        if hasattr(each, "min_backoff"):
            each.min_backoff = 20
    times: list[int] = []

    def act(_job: Job) -> list[Job]:
        times.append(1)
        if len(times) < 5:
            raise Away
        return []

    bench.act = act
    with bench.at_work(carrier):
        carrier.send([Ingest(1)])
        bench.wait(lambda: bench.done == [Ingest(1)])
    assert (len(times), bench.given_up) == (5, [])


def test_who_stops_ends_what_it_can(bench: Bench) -> None:
    """What is under way is finished, and nothing new is begun."""
    carrier, stop = bench.carrier(), Stop(10, leave=lambda _: None)
    bench.hold.clear()
    with bench.at_work(carrier, threads=2, stop=stop):
        carrier.send([Compare("begun"), Compare("waits")])
        bench.wait(lambda: len(bench.begun) == 1)
        stop.tell()
        bench.hold.set()
    assert bench.done == [Compare("begun")]
    assert bench.released == []
    _done_by_another(bench, [Compare("waits")])


def test_who_stops_gives_back_what_it_cannot_end(bench: Bench) -> None:
    """Its time is over: what is under way is cut short where that is possible, and another has it at once."""
    carrier, stop = bench.carrier(), Stop(1, leave=lambda _: None)
    cut = Event()
    bench.hold.clear()
    begun = time.monotonic()
    with bench.at_work(carrier, threads=2, stop=stop, interrupt=cut.set):
        carrier.send([Compare("begun"), Compare("waits")])
        bench.wait(lambda: len(bench.begun) == 1)
        stop.tell()
    assert cut.is_set()
    assert 0.5 < time.monotonic() - begun < 4
    assert bench.released == [Compare("begun")]
    bench.hold.set()
    bench.wait(lambda: bench.done == [Compare("begun")])  # in a real process it would have ended with it
    bench.done.clear()
    _done_by_another(bench, [Compare("begun"), Compare("waits")])


def test_a_sweep_fills_no_queue_with_copies(bench: Bench) -> None:
    """What lies in the queue is not sent again, however often it is asked for; what is not, is."""
    carrier = bench.carrier()
    found = [Compare(f"run{number}") for number in range(5)]
    for _ in range(3):
        carrier.ask(found)
    name = brokers.queue(carrier.broker, "compare")
    bench.wait(lambda: depths.of(carrier.broker, name).waiting == 5)
    carrier.ask([*found, Compare("lost")])
    bench.wait(lambda: depths.of(carrier.broker, name).waiting == 11)


def _lying(carrier: Carrier, *queues: str) -> int:
    return sum(depths.waiting(carrier.broker, brokers.queue(carrier.broker, each)) for each in queues)


def _done_by_another(bench: Bench, wanted: list[Job]) -> None:
    """Have another process do what is left, where the queue is not gone with the first."""
    before = len(bench.done)
    if bench.url == "memory://":
        return
    with bench.at_work(bench.carrier()):
        bench.wait(lambda: set(bench.done[before:]) == set(wanted))
