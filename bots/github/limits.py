"""Say what a failed answer of GitHub means, and keep the pace it asks for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime

from diffing.words import Refused, Unavailable

_A_WHILE = 60.0
"""GitHub: where neither header says when, wait a minute at least (docs: rate limits for the REST API)."""
_SECONDARY = ("secondary rate limit", "abuse detection")


class Failed(Refused):
    """GitHub said no, with a status and a message."""

    def __init__(self, status: int, message: str, what: str) -> None:
        super().__init__(f"GitHub refused {what}: {message or 'without a reason'} ({status}).")
        self.status = status
        self.message = message


def failure(
    status: int, headers: Mapping[str, str], message: str, what: str, now: datetime
) -> Failed | Unavailable:
    """Give the error for an answer: try again (and when), or tell people. `headers`: in lower case."""
    after = _limited(status, headers, message, now)
    if after is not None:
        return Unavailable(f"GitHub asks us to slow down ({status}): {message}", after)
    if status >= 500:
        return Unavailable(f"GitHub does not work at the moment ({status}).", _seconds(headers.get("retry-after")))
    return Failed(status, message, what)


def _limited(status: int, headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Give the seconds to wait; None where the answer is about no limit."""
    if status not in {403, 429}:
        return None
    if (seconds := _seconds(headers.get("retry-after"))) is not None:
        return seconds
    reset = _seconds(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(reset - now.timestamp(), 0.0) + 1.0
    if status == 429 or any(words in message.lower() for words in _SECONDARY):
        return _A_WHILE
    return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() and len(text) < 12 else None


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
                raise Full("GitHub bears no more writing for a while.", turn - now)
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
