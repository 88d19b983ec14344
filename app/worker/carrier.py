"""Carry jobs by Dramatiq. A message is ids only; it may come late, twice, or never, without harm."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import structlog
from dramatiq import Broker
from dramatiq.actor import actor
from dramatiq.errors import Retry
from dramatiq.middleware import CurrentMessage
from dramatiq.middleware.time_limit import TimeLimitExceeded

from app.flow import jobs as kinds
from app.flow import patience, work
from app.flow.jobs import Job
from app.flow.parts import Parts
from app.worker import broker as brokers
from app.worker import depths
from app.worker.kinds import KINDS, Kind
from app.worker.sending import Outbox
from diffing.words import Refused, Unavailable
from storage.away import Away

log = structlog.get_logger("worker")

_SOON = 10.0
"""Seconds for which whoever does everything here and now waits: approvals gather for as long."""
_TRIES = 3
"""So often is a job tried that breaks us; what is merely unavailable the flows put off, for a week."""


class Carrier:
    """Sends jobs to the queue and does those that come out of it."""

    def __init__(self, broker: Broker, parts: Parts, clock: Callable[[], datetime]) -> None:
        self.broker = broker
        self._parts = parts
        self._clock = clock
        self._in_hand: dict[object, tuple[Job, datetime]] = {}
        self._stopping = False
        self.outbox = Outbox(
            {
                name: actor(
                    broker=broker,
                    actor_name=name,
                    queue_name=brokers.queue(broker, kind.queue),
                    priority=kind.priority,
                    time_limit=kind.limit / timedelta(milliseconds=1),
                )(self._worker(kind))
                for name, kind in KINDS.items()
            }
        )

    def send(self, jobs: Iterable[Job]) -> None:
        """Put jobs into the queue, each once. Those for which it is away are asked for again by the sweep."""
        for job in dict.fromkeys(jobs):
            self.outbox.put(job, after=job.after)

    def ask(self, jobs: Iterable[Job]) -> None:
        """Send jobs that wait as the database knows it, unless so many lie in their queue already.

        Those that are found are among those that lie there, or others are that are done as soon: what was lost is
        sent when the queue has become shorter, and a queue never fills with copies."""
        waiting: defaultdict[str, list[Job]] = defaultdict(list)
        for job in dict.fromkeys(jobs):
            waiting[KINDS[kinds.kind(job)].queue].append(job)
        for queue, found in waiting.items():
            if depths.waiting(self.broker, brokers.queue(self.broker, queue)) < len(found):
                self.send(found)

    def renew(self) -> None:
        """Keep what is compared and measured here, as long as anybody would wait for it."""
        now = self._clock()
        mine = [job for job, since in self._held_now() if now - since < KINDS[kinds.kind(job)].limit]
        if mine:
            work.renew(self._parts, mine, now)

    def drain(self, jobs: Iterable[Job]) -> int:
        """Do jobs and all that follows from them here; give how many that was. What is due later is left."""
        waiting, count = deque(jobs), 0
        while waiting:
            job = waiting.popleft()
            if job.after > _SOON:
                continue
            time.sleep(max(0.0, job.after))
            try:
                waiting.extend(work.work(self._parts, job, self._clock()))
            except (Refused, Unavailable) as trouble:
                log.warning("later", why=str(trouble))
            count += 1
        return count

    @property
    def idle(self) -> bool:
        """Is nothing in hand?"""
        return not self._in_hand

    def stop(self) -> None:
        """Put nothing off any more: what cannot be done here now is for others."""
        self._stopping = True

    def let_go(self) -> list[Job]:
        """Give back what is in hand as this process ends, so that others have it at once; give what that was."""
        held = list(dict.fromkeys(self._held_now()))
        left = list(dict.fromkeys(job for job, _ in held))
        for job, since in held:
            log.warning("let go", job=str(job))
            with suppress(Away):  # its lease lapses
                work.release(self._parts, job, since)
        self.send(left)
        return left

    def _held_now(self) -> list[tuple[Job, datetime]]:
        return list(self._in_hand.values())

    def _worker(self, kind: Kind) -> Callable[..., None]:
        def do(*ids: int | str) -> None:
            self._do(kind.make(*ids))

        return do

    def _do(self, asked: Job) -> None:
        now = self._clock()
        job = self._turn(asked, now)
        if job is not None:
            self._carry_out(job, now)

    def _turn(self, asked: Job, now: datetime) -> Job | None:
        try:
            return work.turn(self._parts, asked, now)
        except Unavailable as unavailable:
            log.warning("later", why=str(unavailable), job=str(asked))
            raise Retry(str(unavailable)) from unavailable

    def _carry_out(self, job: Job, now: datetime) -> None:
        with structlog.contextvars.bound_contextvars(job=str(job)), self._held(job, now):
            try:
                follow = work.work(self._parts, job, now)
            except Unavailable as unavailable:
                follow = self._later(job, unavailable, now)
            except Refused as refused:
                log.warning("refused", why=str(refused))
                follow = []
            except (Exception, TimeLimitExceeded) as broken:  # noqa: BLE001  the outermost edge
                follow = self._broken(job, broken, now)
        self.send(follow)
        seconds = round((self._clock() - now).total_seconds(), 3)
        log.info("done", job=str(job), seconds=seconds, follow=[str(each) for each in follow])

    @contextmanager
    def _held(self, job: Job, now: datetime) -> Iterator[None]:
        mine = object()  # the same job may be in hand twice
        self._in_hand[mine] = (job, now)
        try:
            yield
        finally:
            del self._in_hand[mine]

    def _later(self, job: Job, unavailable: Unavailable, now: datetime) -> list[Job]:
        """Try again soon what could not even be put off, because that is written into the database."""
        log.warning("later", why=str(unavailable), after=unavailable.after)
        with suppress(Away):
            work.release(self._parts, job, now)
        if self._stopping:
            return [job]
        raise Retry(str(unavailable)) from unavailable

    def _broken(self, job: Job, broken: BaseException, now: datetime) -> list[Job]:
        log.error("broken", exc_info=broken)
        counted = work.broke(self._parts, job)
        times = 1 + _times_before() if counted is None else counted
        if times < _TRIES:
            with suppress(Away):
                work.release(self._parts, job, now)
            self.outbox.put(job, after=patience.pause(Unavailable(""), kinds.key(job), times), broke=times)
            return []
        limit = KINDS[kinds.kind(job)].limit
        why = (
            f"It took longer than {limit}, {times} times."
            if isinstance(broken, TimeLimitExceeded)
            else f"Golddigger itself failed here ({type(broken).__name__}); its log says more."
        )
        return work.give_up(self._parts, job, why, now)


def _times_before() -> int:
    """Give how often the job at hand broke us before: its message carries it."""
    message = CurrentMessage.get_current_message()
    return int(message.options.get("broke", 0)) if message else _TRIES
