"""Put jobs into the queue. While it is away they are left to the sweep, and that is said once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import structlog
from dramatiq import Actor
from dramatiq.errors import BrokerConnectionError

from app.flow import jobs
from app.flow.jobs import Job

log = structlog.get_logger("worker")

_PAUSE = 2.0
"""Seconds in which a queue that was away is not asked again: whoever waits for an answer need not wait for it."""


_LONGEST = 60.0
"""Seconds that a message may lie in a queue until it is due: a worker holds it all that time, and RabbitMQ hangs
up on one that holds any for half an hour. What is due later the sweep asks for."""


class Outbox:
    """Sends messages, each by the actor of its kind."""

    def __init__(
        self, actors: Mapping[str, Actor[..., Any]], *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._actors, self._ticks = actors, ticks
        self._lock = Lock()
        self._away_until: float | None = None
        """None while the queue is there, as far as anybody knows."""

    def put(self, job: Job, after: float = 0.0, *, broke: int = 0) -> bool:
        """Send a job, to be done so many seconds from now; False where the queue is away, or that is too long.

        `broke`: so often it broke whoever did it."""
        if after > _LONGEST:
            return False
        if not self._worth_trying():
            return False
        actor = self._actors[jobs.kind(job)]
        said: dict[str, Any] = {"broke": broke} if broke else {}
        try:
            actor.send_with_options(args=jobs.ids(job), delay=int(after * 1000) or None, **said)
        except BrokerConnectionError as error:
            self.lost(error)
            return False
        self._found()
        return True

    def lost(self, error: object) -> None:
        """Take note that the queue is away."""
        with self._lock:
            first, self._away_until = self._away_until is None, self._ticks() + _PAUSE
        if first:
            log.warning("the queue is away", why=str(error), then="what is to be done is kept, and sent later")

    def _worth_trying(self) -> bool:
        """Is the queue there, or away for so long that one, and only one, may try again?"""
        with self._lock:
            if self._away_until is None:
                return True
            if self._ticks() < self._away_until:
                return False
            self._away_until = self._ticks() + _PAUSE
            return True

    def _found(self) -> None:
        with self._lock:
            again, self._away_until = self._away_until is not None, None
        if again:
            log.info("the queue is back")
