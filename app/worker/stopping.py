"""Hear that the process is to end, and end it within a set time."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Timer

import structlog

log = structlog.get_logger("golddigger")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """A wish to end. The first asks for it, within so many seconds; the second ends the process at once."""

    def __init__(
        self,
        seconds: float,
        *,
        ticks: Callable[[], float] = time.monotonic,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self.seconds = seconds
        self.told = Event()
        self._ticks, self._leave = ticks, leave
        self._until: float | None = None
        """None until the end was asked for."""
        self._ask: list[Callable[[], object]] = []

    def when_told(self, ask: Callable[[], object]) -> None:
        """Call something when the end is asked for: in a signal's handler, so it must not wait."""
        self._ask.append(ask)

    def tell(self, *_: object) -> None:
        """Ask for the end."""
        if self.told.is_set():
            self._leave(1)
            return
        self._until = self._ticks() + self.seconds
        self.told.set()
        for ask in self._ask:
            ask()
        last = Timer(self.seconds, self._leave, [1])  # whatever hangs: whoever told us kills soon, and unclean
        last.daemon = True
        last.start()

    def end(self) -> None:
        """End the process where that was asked for, as all is tidied up: a thread that waits for an answer from
        outside would hold it up."""
        if self.told.is_set():
            self._leave(0)

    def left(self) -> float:
        """Give the seconds that are left until the end; all of them where nobody asked for it."""
        return self.seconds if self._until is None else max(0.0, self._until - self._ticks())

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Let Ctrl-C and SIGTERM ask for the end."""
        before = {each: signal.signal(each, self.tell) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
