"""Make bad days: cut or hold the wire to a forge at a chosen request, let leases lapse, lose the queue."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from dramatiq.middleware import Retries
from sqlalchemy import update

from app import main
from app.flow import ingest, sweep
from app.flow.jobs import Job
from storage import tables
from tests.forges.web import Answer, Request
from tests.stories.bench import Stage, on_stage
from tests.stories.hosts import Double, Hook

_PATIENCE = 20.0
_SOON = 30
"""Milliseconds after which a story tries again what an operator's worker tries again after seconds."""


@dataclass(slots=True)
class Break:
    """What happens to the next request that matches: the answer is cut off, or it is held on its way."""

    pattern: re.Pattern[str]
    how: Literal["cut", "hold there", "hold back"]
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Wait until the request is held: who sent it is as good as dead."""
        assert self.arrived.wait(_PATIENCE), f"nobody asked for {self.pattern.pattern}"

    def let_go(self) -> None:
        """Let the request, or its answer, go on its way after all."""
        self.release.set()


class Wire:
    """The wire to one forge. Each break happens once."""

    def __init__(self, forge: Double) -> None:
        self._answer: Callable[[Request], Answer] = forge.api.answer
        self._lock = threading.Lock()
        self._breaks: list[Break] = []

    def cut(self, pattern: str) -> Break:
        """Carry a request out, and hang up instead of answering."""
        return self._add(Break(re.compile(pattern), "cut"))

    def hold_there(self, pattern: str) -> Break:
        """Hold a request before it arrives."""
        return self._add(Break(re.compile(pattern), "hold there"))

    def hold_back(self, pattern: str) -> Break:
        """Carry a request out, and hold its answer."""
        return self._add(Break(re.compile(pattern), "hold back"))

    def answer(self, request: Request) -> Answer:
        """Answer as the forge does, as far as the wire is whole."""
        broken = self._next(f"{request.method} {request.path}")
        if broken is None:
            return self._answer(request)
        if broken.how == "hold there":
            self._hold(broken)
        answer = self._answer(request)
        if broken.how == "hold back":
            self._hold(broken)
        broken.arrived.set()
        if broken.how == "cut":
            raise ConnectionResetError("cut off")
        return answer

    def mend(self) -> None:
        """Let go of whatever is held."""
        for each in self._breaks:
            each.let_go()

    @staticmethod
    def _hold(broken: Break) -> None:
        broken.arrived.set()
        broken.release.wait(_PATIENCE)

    def _add(self, new: Break) -> Break:
        with self._lock:
            self._breaks.append(new)
        return new

    def _next(self, what: str) -> Break | None:
        with self._lock:
            for each in self._breaks:
                if not each.arrived.is_set() and each.pattern.search(what):
                    self._breaks.remove(each)
                    self._breaks.append(each)
                    return each
        return None


@contextmanager
def wired(forge: Double) -> Iterator[Wire]:
    """Give the wire to a forge, whole again when left."""
    wire = Wire(forge)
    whole, forge.api.answer = forge.api.answer, wire.answer
    try:
        yield wire
    finally:
        wire.mend()
        forge.api.answer = whole


@contextmanager
def hasty(host: str, data: Path, **settings: object) -> Iterator[Stage]:
    """Give a stage for all stories of a module, whose worker tries again soon."""
    with on_stage(host, data, **settings) as stage:
        for middleware in stage.whole.broker.middleware:
            if isinstance(middleware, Retries):
                middleware.min_backoff = _SOON
        yield stage


def lapse(stage: Stage) -> None:
    """Let all leases end, as if those who hold them had died ten minutes ago."""
    with stage.whole.parts.db.begin() as db:
        for table in (tables.deliveries, tables.runs, tables.changes, tables.approvals):
            held = update(table).where(table.c.lease_until.is_not(None))
            db.execute(held.values(lease_until=main.now() - timedelta(seconds=1)))


def kept(stage: Stage, webhooks: Iterable[Hook], at: datetime) -> list[Job]:
    """Keep webhooks as the front door does, and give the jobs that follow instead of sending them."""
    (hook,) = stage.whole.parts.webhooks.values()
    deliveries = [hook.verify(each.headers, each.body) for each in webhooks]
    return [job for each in deliveries for job in ingest.keep(stage.whole.parts.db, each, at)]


def swept(stage: Stage) -> None:
    """Ask again for whatever was begun and not ended, as a timer does."""
    stage.whole.carrier.send(sweep.sweep(stage.whole.parts, main.now()))


def ended(stage: Stage) -> None:
    """Wait until every job has ended, also those whose work was taken over by others."""
    stage.settle()
    for queue in ("ingest", "compare", "publish", "approve"):
        stage.whole.broker.join(queue, timeout=int(_PATIENCE * 1000))
    stage.settle()
