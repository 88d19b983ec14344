"""Keep still while a forge's limit is on: whoever goes on asking is locked out for longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diffing.words import Unavailable

_LONGEST = 3600.0
"""No forge's window is longer; whatever an answer claims, the next try comes within it."""
_MOST_TENANTS = 10_000


class Limited(Unavailable):
    """The forge asks whoever used these credentials to slow down."""


class Quiet:
    """Remembers, by tenant, until when nothing may be asked. One's limit keeps nobody else waiting."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    @contextmanager
    def kept(self, tenant: str) -> Iterator[None]:
        """Ask with a tenant's credentials. Raises Limited at once while a limit is on, and notes a new one."""
        left = self._left(tenant)
        if left > 0:
            raise Limited("The forge's limit for this installation is still on.", left)
        try:
            yield
        except Limited as limited:
            self._note(tenant, limited.after or 0.0)
            raise

    def _left(self, tenant: str) -> float:
        with self._lock:
            return self._until.get(tenant, 0.0) - self._clock()

    def _note(self, tenant: str, seconds: float) -> None:
        now = self._clock()
        with self._lock:
            if len(self._until) >= _MOST_TENANTS:
                self._until = {each: until for each, until in self._until.items() if until > now}
            self._until[tenant] = max(self._until.get(tenant, 0.0), now + min(seconds, _LONGEST))
