"""Queues on servers are away, come back empty, and lose nothing; whoever sends never waits for them long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.flow.jobs import Compare, Job, Publish
from app.worker.carrier import Carrier
from tests.app.worker.conftest import own
from tests.app.worker.test_queues import Bench, bench
from tests.parts import needs
from tests.parts.part import Part
from tests.parts.rabbitmq import RABBITMQ
from tests.parts.redis import REDIS
from tests.parts.running import Running, alone

pytestmark = pytest.mark.slow

__all__ = ["bench"]


@pytest.fixture(params=[REDIS, RABBITMQ], ids=lambda part: part.key)
def server(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Give a server of one's own."""
    part: Part = request.param
    needs.address(part)
    with alone(part) as made:
        yield made


@pytest.fixture
def url(server: Running) -> str:
    """Give its address."""
    return own(server.url)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr("app.worker.sending._PAUSE", 0.2)
    monkeypatch.setattr("app.worker.on_rabbitmq._PAUSE", 0.2)
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.3)


def test_a_server_that_is_killed_and_comes_back_loses_nothing(bench: Bench, server: Running) -> None:
    """What lay in it is asked for again; what is under way goes on, and its follow-up is done too."""
    carrier = bench.carrier()
    bench.act = lambda job: [Publish(1)] if job == Compare("begun") else []
    bench.hold.clear()
    with bench.at_work(carrier, threads=2):
        carrier.send([Compare("begun"), Compare("waits")])
        bench.wait(lambda: bench.begun == [Compare("begun")])
        server.kill()
        begun = time.monotonic()
        carrier.send(Publish(number) for number in range(2, 50))
        assert time.monotonic() - begun < 2
        bench.hold.set()
        bench.wait(lambda: Compare("begun") in bench.done)
        server.start()
        owed: list[Job] = [Compare("waits"), *(Publish(number) for number in range(1, 50))]
        bench.wait(lambda: _asked(carrier, [each for each in owed if each not in bench.done]))
        assert set(bench.done) == {Compare("begun"), *owed}


def test_a_worker_that_begins_while_its_queue_is_away_works_when_it_is_back(bench: Bench, server: Running) -> None:
    """It starts, says so, and waits."""
    server.stop()
    carrier = bench.carrier()
    with bench.at_work(carrier, threads=2):
        carrier.send([Publish(1)])
        time.sleep(0.5)
        server.start()
        bench.wait(lambda: _asked(carrier, [] if bench.done else [Publish(1)]))


def test_a_worker_whose_queue_is_away_stops_in_its_time(bench: Bench, server: Running) -> None:
    """It cannot give its messages back, and need not."""
    carrier = bench.carrier()
    with bench.at_work(carrier, threads=2):
        carrier.send([Publish(1)])
        bench.wait(lambda: bench.done)
        server.kill()
        time.sleep(0.5)
        begun = time.monotonic()
    assert time.monotonic() - begun < 8


def test_threads_that_come_and_go_leave_no_connection_behind(bench: Bench, server: Running) -> None:
    """The web's threads do. All send by one connection, which is opened again when it breaks."""
    carrier = bench.carrier()
    for _ in range(3):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: carrier.send([Publish(number)]), range(40)))
    opened = getattr(carrier.broker, "connections", [None])
    assert len(opened) == 1
    server.stop()
    carrier.send([Publish(99)])
    server.start()
    bench.wait(lambda: carrier.outbox.put(Publish(100)))
    assert len(getattr(carrier.broker, "connections", [None])) == 1


def _asked(carrier: Carrier, owed: list[Job]) -> bool:
    """Sweep: ask for what is not done. Is all of it?"""
    carrier.ask(owed)
    time.sleep(0.1)
    return not owed
