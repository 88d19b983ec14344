"""Carry jobs by Dramatiq. A message is ids only; it may come late, twice, or never, without harm."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NoReturn

import structlog
from dramatiq import Actor, Broker
from dramatiq.actor import actor
from dramatiq.errors import Retry
from dramatiq.middleware import CurrentMessage
from sqlalchemy.exc import OperationalError

from app.flow import jobs as said
from app.flow import work
from app.flow.jobs import Approve, Compare, Ingest, Job, Measure, Publish
from app.flow.parts import Parts
from diffing.words import Refused, Unavailable
from storage import runs

log = structlog.get_logger("worker")

_LONGEST = timedelta(hours=3)
"""Whoever compares a run for longer hangs: somebody else may take over."""
_TRIES = 3
"""So often is a job tried that breaks us; what is merely unavailable is tried for as long as it takes."""
_KINDS: Mapping[str, Callable[..., Job]] = {
    "ingest": Ingest,
    "compare": Compare,
    "measure": Measure,
    "publish": Publish,
    "approve": Approve,
}
_FIRST = {"approve": 0, "publish": 10, "ingest": 20, "compare": 30, "measure": 30}
"""Priorities, the lower the sooner: an approval never waits behind comparisons."""


class Carrier:
    """Sends jobs to the queue and does those that come out of it."""

    def __init__(self, broker: Broker, parts: Parts, clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._clock = clock
        self._comparing: dict[str, datetime] = {}
        self._actors: dict[str, Actor[..., None]] = {
            kind: actor(broker=broker, actor_name=kind, queue_name=kind, priority=_FIRST[kind])(self._worker(kind))
            for kind in _KINDS
        }

    def send(self, jobs: Iterable[Job]) -> None:
        """Put jobs into the queue, each once."""
        for job in dict.fromkeys(jobs):
            delay = int(job.after * 1000) if isinstance(job, Approve | Compare | Measure) else 0
            self._actors[said.kind(job)].send_with_options(args=said.ids(job), delay=delay or None)

    def renew(self) -> None:
        """Keep the runs that are compared here, as long as anybody would wait for one."""
        now = self._clock()
        mine = [run for run, since in list(self._comparing.items()) if now - since < _LONGEST]
        if mine:
            with self._parts.db.begin() as db:
                runs.renew(db, mine, until=now + self._parts.lease)

    def drain(self, jobs: Iterable[Job]) -> int:
        """Do jobs and all that follows from them here and now; give how many that was."""
        waiting, count = deque(jobs), 0
        while waiting:
            try:
                waiting.extend(work.work(self._parts, waiting.popleft(), self._clock()))
            except (Refused, Unavailable) as trouble:
                log.warning("later", why=str(trouble))
            count += 1
        return count

    def _worker(self, kind: str) -> Callable[..., None]:
        def do(*ids: int | str) -> None:
            self._do(_KINDS[kind](*ids))

        return do

    def _do(self, job: Job) -> None:
        now = self._clock()
        with structlog.contextvars.bound_contextvars(job=str(job)), self._noted(job, now):
            try:
                follow = work.work(self._parts, job, now)
            except Unavailable as unavailable:
                self._later(unavailable)
            except Refused as refused:
                log.warning("refused", why=str(refused))
                follow = []
            except Exception as broken:  # noqa: BLE001  the outermost edge: one job never stops the next
                follow = self._broken(job, broken, now)
        self.send(follow)
        log.info("done", seconds=round((self._clock() - now).total_seconds(), 3), follow=[str(j) for j in follow])

    @contextmanager
    def _noted(self, job: Job, now: datetime) -> Iterator[None]:
        if not isinstance(job, Compare):
            yield
            return
        self._comparing[job.run] = now
        try:
            yield
        finally:
            self._comparing.pop(job.run, None)

    def _later(self, unavailable: Unavailable) -> NoReturn:
        after = unavailable.after
        log.warning("later", why=str(unavailable), after=after)
        raise Retry(str(unavailable), delay=None if after is None else int(after * 1000)) from unavailable

    def _broken(self, job: Job, broken: Exception, now: datetime) -> list[Job]:
        log.error("broken", exc_info=broken)
        message = CurrentMessage.get_current_message()
        tries = 1 + int(message.options.get("retries", 0)) if message else _TRIES
        if tries < _TRIES or isinstance(broken, OperationalError):  # the database is away: that passes
            with suppress(OperationalError):
                work.release(self._parts, job)
            raise Retry(str(broken)) from broken
        why = f"Golddigger itself failed here ({type(broken).__name__}); its log says more."
        return work.give_up(self._parts, job, why, now)
