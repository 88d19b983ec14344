"""Slow down those who guess: a bucket of tries for each client, in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """`most` tries at once for each client, and one more every `every` seconds."""

    def __init__(
        self, *, clock: Callable[[], float], most: int = 10, every: float = 6.0, clients: int = 10_000
    ) -> None:
        self._clock, self._most, self._every, self._clients = clock, most, every, clients
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Take a try; False where the bucket is empty."""
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.pop(client, now), now) + self._every
            granted = full_at - now <= self._most * self._every
            self._full_at[client] = full_at if granted else full_at - self._every
            while len(self._full_at) > self._clients:
                self._full_at.popitem(last=False)
            return granted
