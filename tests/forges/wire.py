"""Break the wire to a forge at a chosen request: cut it, hold it there or back, let half an answer through."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from tests.forges.web import Answer, Request

PATIENCE = 60.0


class Forge(Protocol):
    """A double whose API answers."""

    @property
    def api(self) -> Any: ...


@dataclass(slots=True)
class Break:
    """What happens to the next request that matches: the answer is cut off, or it is held on its way."""

    pattern: re.Pattern[str]
    how: Literal["cut", "half", "hold there", "hold back"]
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Wait until the request is held: who sent it is as good as dead."""
        assert self.arrived.wait(PATIENCE), f"nobody asked for {self.pattern.pattern}"

    def let_go(self) -> None:
        """Let the request, or its answer, go on its way after all."""
        self.release.set()


class Wire:
    """The wire to one forge. Each break happens once."""

    def __init__(self, forge: Forge) -> None:
        self._answer: Callable[[Request], Answer] = forge.api.answer
        self._lock = threading.Lock()
        self._breaks: list[Break] = []

    def cut(self, pattern: str) -> Break:
        """Carry a request out, and hang up instead of answering."""
        return self._add(Break(re.compile(pattern), "cut"))

    def half(self, pattern: str) -> Break:
        """Carry a request out, and hang up in the middle of the answer."""
        return self._add(Break(re.compile(pattern), "half"))

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
        return replace(answer, sent=len(answer.body) // 2) if broken.how == "half" else answer

    def mend(self) -> None:
        """Let go of whatever is held, and have nothing happen any more to requests that are still to come."""
        with self._lock:
            broken, self._breaks = self._breaks, []
        for each in broken:
            each.let_go()

    @staticmethod
    def _hold(broken: Break) -> None:
        broken.arrived.set()
        broken.release.wait(PATIENCE)

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
def wired(forge: Forge) -> Iterator[Wire]:
    """Give the wire to a forge, whole again when left."""
    wire = Wire(forge)
    whole, forge.api.answer = forge.api.answer, wire.answer
    try:
        yield wire
    finally:
        wire.mend()
        forge.api.answer = whole
