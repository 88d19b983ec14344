"""Clean by the clock: every hour, one process for all, a minute at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from app.flow import asking, clean, disposal
from app.flow.disposal import Done
from app.flow.jobs import Enqueue
from app.flow.parts import Parts
from app.flow.retention import Retention
from diffing.words import Digest, Refused, Unavailable
from storage import duties

log = structlog.get_logger("cleaner")

CLEAN, ORPHANS = "clean", "orphans"
_EVERY = {CLEAN: timedelta(hours=1), ORPHANS: timedelta(days=7)}
_FIRST, _SOON, _LEASE = timedelta(minutes=10), timedelta(minutes=1), timedelta(minutes=15)
_BUDGET = 60.0
"""Seconds for which it goes on, before it leaves the database to others for a minute."""
_LOOK = 30.0
Clock = Callable[[], datetime]


class Cleaner:
    """Cleans when it is due and nobody else does, and stops between two steps."""

    def __init__(self, parts: Parts, kept: Retention, send: Enqueue, clock: Clock) -> None:
        self._parts = parts
        self._kept = kept
        self._send = send
        self._clock = clock
        self.ended = Event()

    def look(self) -> None:
        """Do what is due: clean, and look through the storage."""
        self._on_duty(CLEAN, self._clean)
        self._on_duty(ORPHANS, self._seek)

    def _on_duty(self, name: str, do: Callable[[], bool]) -> None:
        now = self._clock()
        with self._parts.db.begin() as db:
            if not duties.claim(db, name, first=_jittered(now, _FIRST), now=now, until=now + _LEASE):
                return
        whole = False
        try:
            whole = do()
        except (Refused, Unavailable) as trouble:
            log.warning("later", duty=name, why=str(trouble))
        finally:
            again = _jittered(self._clock(), _EVERY[name] if whole else _SOON)
            with self._parts.db.begin() as db:
                duties.finish(db, name, next_at=again)

    def _clean(self) -> bool:
        until = time.monotonic() + _BUDGET
        for jobs in asking.ask(self._parts, self._clock()):
            self._send(jobs)
            if self._is_over(until):
                return False
        total = Done()
        for done in clean.clean(self._parts, self._kept, self._clock):
            total += done
            if self._is_over(until):
                break
        else:
            _say("cleaned", total)
            return True
        _say("cleaned in part", total)
        return False

    def _seek(self) -> bool:
        """Look through the storage, from where the last look ended."""
        until, total = time.monotonic() + _BUDGET, Done()
        with self._parts.reading() as db:
            mark = duties.mark(db, ORPHANS)
        for place, done in disposal.suspected(self._parts, self._clock, after=Digest(mark) if mark else None):
            total += done
            with self._parts.db.begin() as db:
                duties.set_mark(db, ORPHANS, place)
            if self._is_over(until):
                return False
        with self._parts.db.begin() as db:
            duties.set_mark(db, ORPHANS, "")
        _say("looked through the storage", total)
        return True

    def _is_over(self, until: float) -> bool:
        return self.ended.is_set() or time.monotonic() > until


@contextmanager
def cleaning(cleaner: Cleaner) -> Iterator[None]:
    """Look every half minute whether something is to be cleaned, until left."""
    thread = Thread(target=_go_on, args=(cleaner,), name="cleaner", daemon=True)
    thread.start()
    try:
        yield
    finally:
        cleaner.ended.set()
        thread.join(5)


def _go_on(cleaner: Cleaner) -> None:
    while not cleaner.ended.wait(_LOOK * random.uniform(0.8, 1.2)):  # noqa: S311  no secret
        try:
            cleaner.look()
        except Exception:  # whatever it is, the next look must come
            log.exception("cleaning failed")


def _say(what: str, done: Done) -> None:
    told = {name: count for name, count in asdict(done).items() if count}
    if told:
        log.info(what, **told)


def _jittered(now: datetime, after: timedelta) -> datetime:
    """Give a moment after so long, more or less: many who begin together do not go on together."""
    return now + after * random.uniform(0.9, 1.1)  # noqa: S311  no secret
