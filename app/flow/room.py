"""Share a bounded room among threads that hold files in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Room:
    """Room for so many bytes at once, of this whole process. Whoever needs more than all of it waits for all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = Condition()

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        """Hold so many bytes until left. Nobody who holds some may ask for more."""
        size = min(size, self._most)
        with self._changed:
            self._changed.wait_for(lambda: self._taken + size <= self._most)
            self._taken += size
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()
