"""Keep answers by their ETag: asking again is free of GitHub's limit where nothing changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

from bots.github.transport import Answer

_MOST_EACH = 256 << 10


class ETags:
    """The newest answers with an ETag, bounded in bytes. Keys carry the tenant and the repository."""

    def __init__(self, most: int = 16 << 20) -> None:
        self._most = most
        self._held = 0
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def get(self, key: Hashable) -> Answer | None:
        """Give the answer that was kept; None where there is none."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, if it has an ETag and is small."""
        if "etag" not in answer.headers or len(answer.content) > _MOST_EACH:
            return
        with self._lock:
            self._drop(self._answers.pop(key, None))
            self._answers[key] = answer
            self._held += len(answer.content)
            while self._held > self._most:
                self._drop(self._answers.popitem(last=False)[1])

    def _drop(self, answer: Answer | None) -> None:
        self._held -= len(answer.content) if answer else 0
