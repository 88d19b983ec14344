"""Read what is posted: in bounded time, and only a few large ones at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from threading import BoundedSemaphore

from starlette.exceptions import HTTPException
from starlette.requests import Request

LARGE = 1 << 20
"""Bytes. Nearly every delivery is smaller."""
MOST_LARGE = 4
SECONDS = 30.0
"""Forges themselves give up sooner."""


class Bodies:
    """The bodies of one application. Before a body is whole, nobody can tell a forge's from a stranger's."""

    def __init__(self) -> None:
        self._large = BoundedSemaphore(MOST_LARGE)

    @asynccontextmanager
    async def of(self, request: Request) -> AsyncIterator[bytes]:
        """Give a request's body; a large one keeps its place among the few until left."""
        with ExitStack() as place:
            try:
                async with asyncio.timeout(SECONDS):
                    body = await self._read(request, place)
            except TimeoutError:
                raise HTTPException(408, "The rest of what was sent did not come in time.") from None
            yield body

    async def _read(self, request: Request, place: ExitStack) -> bytes:
        pieces: list[bytes] = []
        before = length = 0
        async with aclosing(request.stream()) as stream:
            async for piece in stream:
                pieces.append(piece)
                before, length = length, length + len(piece)
                if before <= LARGE < length:
                    self._take(place)
        return b"".join(pieces)

    def _take(self, place: ExitStack) -> None:
        if not self._large.acquire(blocking=False):
            raise HTTPException(503, "Too much is sent at once; send it again.", {"retry-after": "10"})
        place.callback(self._large.release)
