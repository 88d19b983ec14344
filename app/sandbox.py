"""Compare and draw in child processes that may be killed: a stranger's file ends its child, never us."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from typing import Self

from app.confined import Head, Message, receive, send
from diffing.differ import unreadable
from diffing.words import Box, Difference, Kind, Outcome, Refused, Rules, Size, Unavailable

_START = "import sys; sys.path.append(sys.argv[1]); from app.confined import serve; serve(int(sys.argv[2]))"
_ROOT = str(Path(__file__).resolve().parents[1])
# Nothing of ours is handed on. One thread: a child does one thing at a time.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_SECONDS_TO_START = 60.0
_MOST_TASKS = 200
_BROKE = "broke the program that decodes it: it is damaged or hostile, let CI draw and keep it again"


class Sandbox:
    """At most `workers` children, started when first needed and used again while they behave.

    One comparison may take `seconds` of wall clock and as many of processor time, and `memory` bytes on top of
    what an idle child has. Usable from many threads; whoever finds all children busy waits."""

    def __init__(self, workers: int = 2, seconds: float = 60.0, memory: int = 2 << 30) -> None:
        self._seconds, self._memory = seconds, memory
        self._places, self._lock = BoundedSemaphore(workers), Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._closed = False

    def differ(self, golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        """Do what `diffing.differ.differ` does; *unreadable* where the files killed the child.

        Raises Unavailable where no child can be started, or the sandbox is being closed."""
        if golden == candidate:
            return Difference(outcome=Outcome.SAME)
        try:
            return _difference(*self._ask({"act": "differ", "rules": asdict(rules)}, (golden, candidate)))
        except Refused as refused:
            return unreadable(str(refused))
        except (KeyError, TypeError, ValueError):
            return unreadable(_BROKE)

    def draw(self, golden: bytes, candidate: bytes, mask: bytes, *, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.rendering.difference` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "draw", "most_pixels": most_pixels}, (golden, candidate, mask))
        return parts[0]

    def thumbnail(self, content: bytes, *, most: int = 320, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.rendering.thumbnail` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "thumbnail", "most": most, "most_pixels": most_pixels}, (content,))
        return parts[0]

    def close(self) -> None:
        """End the children. Whoever waits for an answer gets Unavailable."""
        with self._lock:
            self._closed = True
            children, self._all, self._idle = self._all, set(), []
        for child in children:
            child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, head: Head, parts: Sequence[bytes]) -> Message:
        with self._places:
            child = self._take()
            try:
                answer, body = child.ask(head, parts, self._seconds)
            except BaseException:
                self._drop(child)
                if self._closed:
                    raise Unavailable("Golddigger is being stopped.") from None
                raise
            self._give(child)
        if "refused" in answer or len(body) != 1:
            raise Refused(str(answer.get("refused", _BROKE)))
        return answer, body

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise Unavailable("Golddigger is being stopped.")
            while self._idle:
                if (child := self._idle.pop()).alive:
                    return child
        child = _Child(self._memory)
        with self._lock:
            self._all.add(child)
        return child

    def _give(self, child: _Child) -> None:
        if child.tasks >= _MOST_TASKS or not child.alive:
            self._drop(child)
            return
        with self._lock:
            self._idle.append(child)

    def _drop(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.end()


class _Child:
    """One process that does one thing after the other."""

    def __init__(self, memory: int) -> None:
        self.tasks = 0
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, _ROOT, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            start_new_session=True,  # Ctrl-C in our terminal is ours to handle
        )
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._inbox, self._outbox = self._process.stdin, self._process.stdout
        try:
            self._timed(lambda: receive(self._outbox), _SECONDS_TO_START)
        except (OSError, ValueError) as broken:
            self.end()
            raise Unavailable("No process to compare in could be started; is there memory left?", 30) from broken

    @property
    def alive(self) -> bool:
        """May it be asked? Whoever died while idle must not be blamed on the next file."""
        return not self._late and self._process.poll() is None

    def ask(self, head: Head, parts: Sequence[bytes], seconds: float) -> Message:
        """Have something done. Raises Refused where that was the child's end."""
        self.tasks += 1
        try:
            return self._timed(lambda: self._exchange({**head, "seconds": seconds}, parts), seconds)
        except (OSError, ValueError) as broken:
            raise Refused(self._last_words(seconds)) from broken

    def end(self) -> None:
        """Kill the process and take leave of it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._inbox, self._outbox):
            with suppress(OSError, ValueError):  # what a dead child did not read cannot be flushed
                pipe.close()

    def _exchange(self, head: Head, parts: Sequence[bytes]) -> Message:
        send(self._inbox, head, parts)
        return receive(self._outbox)

    def _timed(self, work: Callable[[], Message], seconds: float) -> Message:
        watch = Timer(seconds, self._too_late)
        watch.daemon = True
        watch.start()
        try:
            return work()
        finally:
            watch.cancel()

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _last_words(self, seconds: float) -> str:
        self._process.kill()
        if self._late or self._process.wait() == -signal.SIGXCPU:
            return f"took longer than {seconds:g} seconds: draw a smaller or simpler one"
        return _BROKE


def _difference(head: Head, parts: Sequence[bytes]) -> Difference:
    said = head["difference"]
    golden, candidate = said["golden_size"], said["candidate_size"]
    return replace(
        Difference(**said),
        outcome=Outcome(said["outcome"]),
        kind=Kind(said["kind"]) if said["kind"] else None,
        golden_size=Size(**golden) if golden else None,
        candidate_size=Size(**candidate) if candidate else None,
        boxes=tuple(Box(**box) for box in said["boxes"]),
        mask=parts[0] or None,
    )
