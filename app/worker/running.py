"""Run the worker's threads and the sweep's timer, and stop both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

import structlog
from dramatiq import Broker, Worker

from app.flow.parts import Parts
from app.flow.sweep import sweep
from app.worker.carrier import Carrier

log = structlog.get_logger("worker")


@contextmanager
def running(
    broker: Broker, carrier: Carrier, parts: Parts, clock: Callable[[], datetime], *, threads: int, every: float
) -> Iterator[None]:
    """Do what comes out of the queue, on so many threads, and sweep every so many seconds, until left."""
    worker = Worker(broker, worker_threads=threads, worker_timeout=100)
    ended = Event()
    timer = Thread(target=_tick, args=(ended, carrier, parts, clock, every), name="sweep", daemon=True)
    worker.start()
    timer.start()
    try:
        yield
    finally:
        ended.set()
        timer.join(5)
        worker.stop(timeout=20_000)


def _tick(ended: Event, carrier: Carrier, parts: Parts, clock: Callable[[], datetime], every: float) -> None:
    while True:
        try:
            carrier.renew()
            carrier.send(sweep(parts, clock()))
        except Exception:  # whatever it is, the next sweep must come
            log.exception("sweep failed")
        if ended.wait(every):
            return
