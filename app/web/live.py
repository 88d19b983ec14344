"""Tell pages that are open when their run has news: server-sent events, one poller a run for all who watch it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.flow.parts import Parts
from storage import pulses

MOST_WATCHERS = 500
"""Pages that are open at once, in this process. Each holds a connection, and no thread."""
MOST_OF_ONE = 20
"""Of one client: so many tabs."""
EVERY = 0.5
"""Seconds between two looks at a run: a few small reads for each run that is watched, however many watch it."""
BETWEEN = 0.01
"""Seconds between looks at any run, so that many runs that are watched do not take all of a processor."""
HEARTBEAT = 15.0
"""Seconds after which a line is sent that says nothing: proxies end connections on which nothing comes."""
HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",  # nginx hands each event on at once
}
_AGAIN = b"retry: 2000\n\n"
_STILL_HERE = b": still here\n\n"

Pulse = Callable[[str], str | None]
"""From a run's id to a word that is another one after anything changed; None where the run is gone. May block."""


@dataclass(eq=False, slots=True)
class _Run:
    """One run that is watched: by so many, and how it stood when it was last looked at."""

    watchers: int = 0
    pulse: str | None = None
    looked: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    poller: asyncio.Task[None] | None = None


def pulse(parts: Parts, run_id: str) -> str | None:
    """Say in a word how a run stands."""
    with parts.reading() as db:
        return pulses.of_run(db, run_id)


class Live:
    """Everybody who watches a run in this process. Lives on one event loop; others only tell it to end."""

    def __init__(
        self,
        pulse: Pulse,
        *,
        most: int = MOST_WATCHERS,
        most_of_one: int = MOST_OF_ONE,
        every: float = EVERY,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._pulse, self._most, self._most_of_one = pulse, most, most_of_one
        self._every, self._heartbeat = every, heartbeat
        self._runs: dict[str, _Run] = {}
        self._clients: Counter[str] = Counter()
        self._ended = False

    @property
    def watchers(self) -> int:
        """How many watch now."""
        return self._clients.total()

    def end(self) -> None:
        """Have every stream end soon, and let no new one begin: the server is being stopped."""
        self._ended = True

    def must_have_room(self, client: str) -> None:
        """Refuse whoever would be one too many; their page asks from time to time instead."""
        if self._ended or self.watchers >= self._most or self._clients[client] >= self._most_of_one:
            raise HTTPException(
                503, "Too many pages are open just now; this one asks by itself.", {"retry-after": "60"}
            )

    async def watch(self, run_id: str, client: str) -> AsyncGenerator[bytes]:
        """Give events for as long as somebody listens: the run's pulse at once, and again whenever it changes."""
        with self._counted(client), self._watched(run_id) as run:
            yield _AGAIN
            told: str | None = None
            while not self._ended:
                fresh = await self._news(run, told)
                if fresh:
                    told = run.pulse
                    yield f"event: pulse\ndata: {told}\n\n".encode()
                elif not self._ended:
                    yield _STILL_HERE

    async def _news(self, run: _Run, told: str | None) -> bool:
        """Wait until there is another pulse than was told; False where a heartbeat is due first, or all ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._heartbeat), run.changed:
                await run.changed.wait_for(lambda: self._ended or (run.looked and run.pulse != told))
        return not self._ended and run.looked and run.pulse != told

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        self._clients[client] += 1
        try:
            yield
        finally:
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]

    @contextmanager
    def _watched(self, run_id: str) -> Iterator[_Run]:
        run = self._runs.setdefault(run_id, _Run())
        run.watchers += 1
        if run.poller is None:
            run.poller = asyncio.create_task(self._poll(run_id, run), name=f"watch {run_id}")
        try:
            yield run
        finally:
            run.watchers -= 1
            if not run.watchers:
                self._runs.pop(run_id, None)
                run.poller.cancel()

    async def _poll(self, run_id: str, run: _Run) -> None:
        while True:
            with suppress(Exception):  # the database is away for a moment: the next look may find it
                await self._look(run_id, run)
            if self._ended:
                return
            await asyncio.sleep(max(self._every, BETWEEN * len(self._runs)))

    async def _look(self, run_id: str, run: _Run) -> None:
        pulse = None if self._ended else await run_in_threadpool(self._pulse, run_id)
        async with run.changed:
            if pulse != run.pulse or not run.looked or self._ended:
                run.pulse, run.looked = pulse, True
                run.changed.notify_all()
