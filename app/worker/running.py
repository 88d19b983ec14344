"""Run the worker's threads and the sweep's timer, and stop both."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

import structlog
from dramatiq import Broker, Worker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import dq_name

from app.flow.parts import Parts
from app.flow.sweep import sweep
from app.worker import broker as brokers
from app.worker.carrier import Carrier
from app.worker.kinds import QUEUES, Place
from app.worker.sending import Outbox
from app.worker.stopping import Stop
from diffing.words import Unavailable

log = structlog.get_logger("worker")

_POLL, _POLL_MEMORY = 300, 100
"""Milliseconds after which an idle queue is asked again."""
_RESERVE = 4.0
"""Of the seconds in which to stop, so many are kept for giving back what could not be finished."""


@contextmanager
def running(
    broker: Broker,
    carrier: Carrier,
    parts: Parts,
    clock: Callable[[], datetime],
    *,
    places: Sequence[Place],
    every: float,
    stop: Stop,
    interrupt: Callable[[], None],
) -> Iterator[None]:
    """Do what comes out of the queue, each place on its threads, and sweep every so many seconds, until left.

    Then nothing new is begun, what is under way has until `stop` to end, `interrupt` cuts short what it can,
    and the rest is given back."""
    broker.emit_after("process_boot")
    workers = [_worker(broker, place) for place in places]
    ended = Event()
    timers = [
        Thread(target=_tick, args=(ended, every, carrier.renew), name="renew", daemon=True),
        Thread(
            target=_tick,
            args=(ended, every, lambda: carrier.ask(sweep(parts, clock()))),
            name="sweep",
            daemon=True,
        ),
    ]
    with _said_once(broker, carrier.outbox):
        for worker in workers:
            worker.start()
        stop.when_told(lambda: _begin_nothing(workers))
        for timer in timers:
            timer.start()
        try:
            yield
        finally:
            ended.set()
            _end(workers, carrier, stop, interrupt)


def _worker(broker: Broker, place: Place) -> Worker:
    worker = Worker(
        broker,
        queues={brokers.queue(broker, each) for each in place.queues},
        worker_threads=place.threads,
        worker_timeout=_POLL_MEMORY if isinstance(broker, StubBroker) else _POLL,
    )
    worker.queue_prefetch = place.prefetch
    return worker


def _begin_nothing(workers: Iterable[Worker]) -> None:
    """Take nothing from the queue any more, and begin nothing that was taken."""
    for worker in workers:
        for thread in worker.workers:
            thread.stop()
        for consumer in list(worker.consumers.values()):
            consumer.pause()  # or it would take what we give back


def _end(workers: Sequence[Worker], carrier: Carrier, stop: Stop, interrupt: Callable[[], None]) -> None:
    _begin_nothing(workers)
    carrier.stop()
    reserve = min(_RESERVE, stop.seconds / 2)
    _wait_until(lambda: carrier.idle, stop.left() - reserve)
    if not carrier.idle:
        interrupt()
        _wait_until(lambda: carrier.idle, reserve / 3)
    carrier.let_go()
    for worker in workers:
        for consumer in worker.consumers.values():
            consumer.stop()
    for worker in workers:
        worker.stop(timeout=400)  # its messages go back, and its connections are closed


def _wait_until(good: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not good() and time.monotonic() < until:
        time.sleep(0.02)


@contextmanager
def _said_once(broker: Broker, outbox: Outbox) -> Iterator[None]:
    """Say that the queue is away once, instead of every three seconds for each of its queues."""

    def said(record: logging.LogRecord) -> bool:
        lost = "connection error" in record.getMessage()
        if lost:
            outbox.lost(record.args[0] if isinstance(record.args, tuple) and record.args else record.msg)
        return not lost

    named = [brokers.queue(broker, each) for each in QUEUES]
    queues = [queue for name in named for queue in (name, dq_name(name))]
    filters = {f"dramatiq.worker.ConsumerThread({each})": said for each in queues}
    filters[broker.logger.name] = _no_surprise
    for name, own in filters.items():
        logging.getLogger(name).addFilter(own)
    try:
        yield
    finally:
        for name, own in filters.items():
            logging.getLogger(name).removeFilter(own)


def _no_surprise(record: logging.LogRecord) -> bool:
    """Each place brings a middleware of the same type: that is meant."""
    return "middleware of the same type twice" not in record.getMessage()


def _tick(ended: Event, every: float, act: Callable[[], None]) -> None:
    """Do something every so many seconds. Leases are renewed apart: whoever sweeps may wait for long."""
    while True:
        try:
            act()
        except Unavailable as unavailable:
            log.warning("timer later", why=str(unavailable))
        except Exception:  # whatever it is, the next time must come
            log.exception("timer failed")
        if ended.wait(every):
            return
