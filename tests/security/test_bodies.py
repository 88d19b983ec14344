"""Bodies from strangers: what nobody has proved yet must not fill the memory, nor wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Scope

from app.web import bodies
from tests.app.web.stage import Stage, set_up

MIB = b"x" * (1 << 20)
Body = Callable[[], AsyncIterator[bytes]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A site."""
    made = set_up(tmp_path)
    yield made
    made.parts.db.dispose()


async def post(stage: Stage, body: Body) -> int:
    """Post to the webhooks piece by piece; give the answer's status."""
    pieces, statuses = body(), []

    async def receive() -> Message:
        try:
            return {"type": "http.request", "body": await anext(pieces), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/webhooks/local",
        "query_string": b"",
        "headers": [],
    }
    await stage.web(scope, receive, send)
    return int(statuses[0])


def test_few_large_bodies_are_held_at_once(stage: Stage) -> None:
    """While four strangers hold large bodies, a fifth is sent away, and a delivery of usual size is read."""

    async def story() -> None:
        go, held = asyncio.Event(), asyncio.Semaphore(0)

        async def large() -> AsyncIterator[bytes]:
            yield MIB
            yield MIB
            held.release()
            await go.wait()

        async def usual() -> AsyncIterator[bytes]:
            yield MIB[:10_000]

        four = [asyncio.create_task(post(stage, large)) for _ in range(bodies.MOST_LARGE)]
        for _ in four:
            await held.acquire()
        assert await post(stage, large) == 503
        assert await post(stage, usual) == 401
        go.set()
        assert await asyncio.gather(*four) == [401] * bodies.MOST_LARGE
        assert await post(stage, large) == 401, "the places are free again"

    run(story())


def test_a_body_that_never_ends_is_not_waited_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops sending is let go, with an answer."""
    monkeypatch.setattr(bodies, "SECONDS", 0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    assert run(post(stage, stalling)) == 408


def run(story: Any) -> Any:
    """Run a story, which must end by itself."""
    return asyncio.run(asyncio.wait_for(story, 20))
