"""Leave a host alone for a while that does not answer: whoever asks meanwhile hears so at once."""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from circuitbreaker import CircuitBreaker

from diffing.words import Unavailable

FAILURES = 8
"""So many tries in a row that nobody answered, whoever made them: three requests, or one from each of a few."""
SECONDS = 30.0
AWAY = frozenset({502, 503, 504})
"""What a gateway says for a server that is not there. A 500 is about the one request."""
_MOST_HOSTS = 1_000


class Away(Unavailable):
    """The host does not answer, or somebody before it says that it is not there."""


class Passing(Exception):
    """A failure that a second try may well not meet; `meant` is what it is if it stays."""

    def __init__(self, meant: Unavailable) -> None:
        super().__init__(str(meant))
        self.meant = meant


class Breaker:
    """One host's circuit: closed while it answers, open for `seconds` after so many `failures` in a row.

    Then the next who ask try it again; the first answer closes it, the first failure opens it anew."""

    def __init__(self, who: str, *, failures: int = FAILURES, seconds: float = SECONDS) -> None:
        self._who = who
        self._circuit = CircuitBreaker(failures, seconds, expected_exception=_is_away, name=who)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ask the host, and note whether it answers. Raises Away, with when to try again, while it is open."""
        if self._circuit.opened:
            # Not all at the same moment: whoever waited for it would fall upon a host that just came back.
            after = self._circuit.open_remaining + random.uniform(0.0, 5.0)  # noqa: S311 - no secret
            raise Away(f"{self._who} has not answered for a while, and is left alone for a moment.", after)
        with self._circuit:
            yield


class Breakers:
    """A breaker for each host that is met. Hosts of whom nothing was heard for longest are forgotten."""

    def __init__(self, *, failures: int = FAILURES, seconds: float = SECONDS) -> None:
        self._failures, self._seconds = failures, seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Breaker] = OrderedDict()

    def of(self, host: str) -> Breaker:
        """Give a host's breaker."""
        with self._lock:
            breaker = self._known.setdefault(host, Breaker(host, failures=self._failures, seconds=self._seconds))
            self._known.move_to_end(host)
            if len(self._known) > _MOST_HOSTS:
                self._known.popitem(last=False)
            return breaker


def _is_away(_kind: type[BaseException], error: BaseException) -> bool:
    return isinstance(error.meant if isinstance(error, Passing) else error, Away)
