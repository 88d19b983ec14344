"""Clean by the clock: what is kept long enough, and what no row names. One process does it for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog

from app.flow import asking, clean, disposal
from app.flow.disposal import Done
from app.flow.jobs import Enqueue
from app.flow.parts import Parts
from app.flow.retention import Retention
from app.worker.rounds import Duty, IsOver
from diffing.words import Digest
from storage import duties

log = structlog.get_logger("cleaner")

CLEAN, ORPHANS, ASK = "clean", "orphans", "ask"
_FIRST = timedelta(minutes=10)


class Cleaner:
    """Cleans every hour, and looks through the storage every week; stops between two steps."""

    def __init__(self, parts: Parts, kept: Retention, send: Enqueue, clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._kept = kept
        self._send = send
        self._clock = clock

    @property
    def duties(self) -> Sequence[Duty]:
        """Give what it does, and how often."""
        return (
            Duty(CLEAN, timedelta(hours=1), _FIRST, self._clean),
            Duty(ORPHANS, timedelta(days=7), _FIRST, self._seek),
            Duty(
                ASK, timedelta(hours=1), _FIRST, self._ask
            ),  # last: forges say odd things, and the rest must go on
        )

    def _ask(self, is_over: IsOver) -> bool:
        for jobs in asking.ask(self._parts, self._clock()):
            self._send(jobs)
            if is_over():
                return False
        return True

    def _clean(self, is_over: IsOver) -> bool:
        total = Done()
        for done in clean.clean(self._parts, self._kept, self._clock):
            total += done
            if is_over():
                break
        else:
            _say("cleaned", total)
            return True
        _say("cleaned in part", total)
        return False

    def _seek(self, is_over: IsOver) -> bool:
        """Look through the storage, from where the last look ended."""
        total = Done()
        with self._parts.reading() as db:
            mark = duties.mark(db, ORPHANS)
        for place, done in disposal.suspected(self._parts, self._clock, after=Digest(mark) if mark else None):
            total += done
            with self._parts.db.begin() as db:
                duties.set_mark(db, ORPHANS, place)
            if is_over():
                return False
        with self._parts.db.begin() as db:
            duties.set_mark(db, ORPHANS, "")
        _say("looked through the storage", total)
        return True


def _say(what: str, done: Done) -> None:
    told = {name: count for name, count in asdict(done).items() if count}
    if told:
        log.info(what, **told)
