"""Do by the clock what one process does for all: each duty when it is due, by a lease."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from app.flow.parts import Parts
from diffing.words import Refused, Unavailable
from storage import duties

log = structlog.get_logger("worker")

_SOON, _LEASE = timedelta(minutes=1), timedelta(minutes=15)
_BUDGET = 60.0
"""Seconds for which a duty goes on, before it leaves the database to others for a minute."""
_LOOK = 30.0
Clock = Callable[[], datetime]
IsOver = Callable[[], bool]
"""Is it time to stop, between two steps?"""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do every so often, by whichever process comes first."""

    name: str
    every: timedelta
    first: timedelta
    """How long after the very first start."""
    do: Callable[[IsOver], bool]
    """Do it; False where some of it is left, for in a minute."""


class Rounds:
    """Does each duty when it is due and nobody else is at it, and stops between two steps of one."""

    def __init__(self, parts: Parts, own: Sequence[Duty], clock: Clock) -> None:
        self._parts = parts
        self._duties = own
        self._clock = clock
        self.ended = Event()

    def look(self) -> None:
        """Do what is due."""
        for duty in self._duties:
            self._do(duty)

    def _do(self, duty: Duty) -> None:
        now = self._clock()
        with self._parts.db.begin() as db:
            if not duties.claim(db, duty.name, first=_jittered(now, duty.first), now=now, until=now + _LEASE):
                return
        whole, until = False, time.monotonic() + _BUDGET
        try:
            whole = duty.do(lambda: self.ended.is_set() or time.monotonic() > until)
        except (Refused, Unavailable) as trouble:
            log.warning("later", duty=duty.name, why=str(trouble))
        finally:
            again = _jittered(self._clock(), duty.every if whole else _SOON)
            with self._parts.db.begin() as db:
                duties.finish(db, duty.name, next_at=again)


@contextmanager
def going(rounds: Rounds) -> Iterator[None]:
    """Look every half minute whether something is due, until left."""
    thread = Thread(target=_go_on, args=(rounds,), name="rounds", daemon=True)
    thread.start()
    try:
        yield
    finally:
        rounds.ended.set()
        thread.join(5)


def _go_on(rounds: Rounds) -> None:
    while not rounds.ended.wait(_LOOK * random.uniform(0.8, 1.2)):  # noqa: S311  no secret
        try:
            rounds.look()
        except Exception:  # whatever it is, the next round must come
            log.exception("a round failed")


def _jittered(now: datetime, after: timedelta) -> datetime:
    """Give a moment after so long, more or less: many who begin together do not go on together."""
    return now + after * random.uniform(0.9, 1.1)  # noqa: S311  no secret
