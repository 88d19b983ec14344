"""News for pages that are open: told at once, to a bounded number, and ended when the server ends."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.exceptions import HTTPException

from app.web.live import Live
from storage import changes
from tests.app.web.stage import Stage

pytestmark = pytest.mark.slow

QUICK = 0.005


@dataclass
class Pulses:
    """How runs stand, by id, and how often anybody looked."""

    words: dict[str, str] = field(default_factory=lambda: {"r": "one"})
    looks: int = 0
    broken: bool = False

    def __call__(self, run: str) -> str | None:
        """Look at a run."""
        self.looks += 1
        if self.broken:
            raise OSError
        return self.words.get(run)


def run(story: Callable[[], Awaitable[None]]) -> None:
    """Tell a story on an event loop, in bounded time."""
    asyncio.run(asyncio.wait_for(story(), 10))


async def told(events: AsyncIterator[bytes], many: int = 1) -> list[bytes]:
    """Give the next events."""
    return [await anext(events) for _ in range(many)]


def test_one_who_comes_is_told_how_it_stands_and_then_what_changes() -> None:
    """The pulse at once, again when it is another one, and never the same twice."""

    async def story() -> None:
        pulses = Pulses()
        async with aclosing(Live(pulses, every=QUICK).watch("r", "ann")) as events:
            assert await told(events, 2) == [b"retry: 2000\n\n", b"event: pulse\ndata: one\n\n"]
            waiting = asyncio.ensure_future(told(events))
            await asyncio.sleep(10 * QUICK)
            assert not waiting.done()
            pulses.words["r"] = "two"
            assert await waiting == [b"event: pulse\ndata: two\n\n"]

    run(story)


def test_many_watchers_of_a_run_cost_one_look() -> None:
    """One poller a run, which ends with the last who watches it."""

    async def story() -> None:
        pulses = Pulses()
        all_of_them = Live(pulses, every=60)
        streams = [all_of_them.watch("r", str(number)) for number in range(30)]
        for each in streams:
            await told(each, 2)
        assert (pulses.looks, all_of_them.watchers) == (1, 30)
        for each in streams:
            await each.aclose()
        assert all_of_them.watchers == 0
        await asyncio.sleep(QUICK)
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("watch")]

    run(story)


@pytest.mark.parametrize(("most", "of_one", "who"), [(2, 9, ["a", "b", "c"]), (9, 2, ["a", "a", "a"])])
def test_their_number_is_bounded(most: int, of_one: int, who: list[str]) -> None:
    """In all and of one client; whoever is one too many hears 503, and when to come again."""

    async def story() -> None:
        all_of_them = Live(Pulses(), most=most, most_of_one=of_one, every=QUICK)
        streams = []
        for each in who[:2]:
            all_of_them.must_have_room(each)
            streams.append(all_of_them.watch("r", each))
            await told(streams[-1])
        with pytest.raises(HTTPException) as refused:
            all_of_them.must_have_room(who[2])
        assert refused.value.status_code == 503
        await streams[0].aclose()
        all_of_them.must_have_room(who[2])

    run(story)


def test_a_quiet_run_is_heard_of_all_the_same() -> None:
    """A line that says nothing keeps proxies from ending the connection."""

    async def story() -> None:
        async with aclosing(Live(Pulses(), every=QUICK, heartbeat=0.03).watch("r", "ann")) as events:
            await told(events, 2)
            assert await told(events) == [b": still here\n\n"]

    run(story)


def test_a_database_that_is_away_for_a_moment_ends_nothing() -> None:
    """The next look finds what changed meanwhile."""

    async def story() -> None:
        pulses = Pulses()
        async with aclosing(Live(pulses, every=QUICK).watch("r", "ann")) as events:
            await told(events, 2)
            pulses.broken = True
            await asyncio.sleep(5 * QUICK)
            pulses.words["r"], pulses.broken = "two", False
            assert await told(events) == [b"event: pulse\ndata: two\n\n"]

    run(story)


def test_a_server_that_stops_ends_every_stream() -> None:
    """At once, and nobody new is let in: they would hold it up."""

    async def story() -> None:
        all_of_them = Live(Pulses(), every=QUICK)
        events = all_of_them.watch("r", "ann")
        await told(events, 2)
        all_of_them.end()
        assert [each async for each in events] == []
        with pytest.raises(HTTPException):
            all_of_them.must_have_room("ben")

    run(story)


def test_over_the_wire_news_are_told_within_a_second(stage: Stage) -> None:
    """Through a real server: the headers that proxies heed, the pulse, another one after a change, the end."""
    mine = stage.run()
    server = uvicorn.Server(uvicorn.Config(stage.web, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    cookies = "; ".join(f"{name}={value}" for name, value in stage.enter().cookies.items())
    with socket.create_connection(server.servers[0].sockets[0].getsockname(), timeout=10) as wire:
        asked = f"GET /runs/{mine}/events HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n"
        wire.sendall(asked.encode())
        head = until(wire, b"event: pulse")
        assert b"200 OK" in head
        assert b"text/event-stream" in head
        assert b"x-accel-buffering: no" in head
        begun = time.monotonic()
        with stage.parts.db.begin() as db:
            changes.close(db, stage.change_id)
        until(wire, b"event: pulse")
        assert time.monotonic() - begun < 1.5
        stage.web.state.live.end()
        server.should_exit = True
        thread.join(5)
        assert not thread.is_alive()


def until(wire: socket.socket, word: bytes) -> bytes:
    """Read until a word has come."""
    heard = b""
    while word not in heard:
        piece = wire.recv(4096)
        assert piece
        heard += piece
    return heard


def test_a_run_one_may_not_see_tells_nothing(stage: Stage) -> None:
    """404, as for one that is not there; and 503 where too many watch, so that the page asks by itself."""
    mine = stage.run()
    assert stage.client.get(f"/runs/{mine}/events").status_code == 404
    stage.web.state.live.end()
    answer = stage.enter().get(f"/runs/{mine}/events", headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
