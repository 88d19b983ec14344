"""Keep the pace that a forge asks of whoever writes there."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from diffing.words import Unavailable


class Full(Unavailable):
    """All that may be written for a while is written."""


COURTESY = 0.5
"""The share that answers to comments may take: anybody can ask for them, as often as they like."""


class Pacer:
    """Space the requests that create content, by tenant: GitHub bears one a second, 80 a minute, 500 an hour.

    A wait that is too long for a worker to sit through is Unavailable, so that its job comes back later."""

    def __init__(
        self,
        *,
        spacing: float = 1.0,
        patience: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        windows: Mapping[float, int] | None = None,
    ) -> None:
        self._windows = {spacing: 1, **(windows if windows is not None else {60.0: 80, 3600.0: 500})}
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._sent: dict[str, deque[float]] = {}

    def wait(self, tenant: str, *, share: float = 1.0) -> None:
        """Wait for this tenant's turn; with a `share`, until so much of what GitHub bears is not used up."""
        with self._lock:
            now = self._clock()
            sent = self._sent.setdefault(tenant, deque(maxlen=max(self._windows.values())))
            bounds = [(length, max(1, int(most * share))) for length, most in self._windows.items()]
            turn = max([now, *(self._free(sent, length, most) for length, most in bounds)])
            if turn - now > self._patience:
                raise Full("The forge bears no more writing for a while.", turn - now)
            sent.append(turn)
        if turn > now:
            self._sleep(turn - now)

    @staticmethod
    def _free(sent: deque[float], length: float, most: int) -> float:
        """Give the moment from which one more fits into the window."""
        return sent[-most] + length if len(sent) >= most else 0.0


def at_once() -> Pacer:
    """Give a pacer that never waits, for a peer that asks for no pace."""
    return Pacer(spacing=0.0, windows={})
