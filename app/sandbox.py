"""Compare and draw in child processes that may be killed: a stranger's file ends its child, never us."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import IO, Self

from app.messages import Head, Message, read_difference, receive, send, write_rules
from diffing.formats import is_svg
from diffing.words import Difference, Outcome, Refused, Rules, Unavailable

_START = "import sys; sys.path.append(sys.argv[1]); from app.confined import serve; serve(int(sys.argv[2]))"
_ROOT = str(Path(__file__).resolve().parents[1])
# Nothing of ours is handed on. One thread: a child does one thing at a time.
# Pictures are large: in huge pages (glibc >= 2.35) the system need not hand out thousands of small ones for each.
# What one left free, up to 64 MiB, serves the next, or else its pages would be handed out and cleared anew.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "GLIBC_TUNABLES": f"glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold={32 << 20}"
    f":glibc.malloc.trim_threshold={64 << 20}",
}
_SECONDS_TO_START = 60.0
_SECONDS_TO_DRAW = 15.0
"""So long may an SVG take; then its lines are compared, and it is not drawn."""
_SET_PIPE_SIZE, _PIPE_SIZE = 1031, 1 << 20
"""fcntl(2), F_SETPIPE_SZ: a picture goes over in few turns. An unprivileged process may ask for a mebibyte."""
_BROKE = "broke the program that decodes it: it is damaged or hostile, let CI draw and keep it again"


@dataclass(frozen=True, slots=True)
class Settled:
    """A difference, and what it comes to: *same* where so little differs that the tolerance lets it pass."""

    outcome: Outcome
    difference: Difference
    drawn: bytes | None = None
    """The picture of what differs; None where there is none, or none was asked for."""


class Sandbox:
    """At most `workers` children, started when first needed and used again while they behave.

    One comparison may take `seconds` of wall clock and as many of processor time, and `memory` bytes on top of
    what an idle child has. After so many `tasks` a child is replaced. Usable from many threads; whoever finds
    all children busy waits."""

    def __init__(
        self, workers: int = 2, seconds: float = 60.0, memory: int = 2 << 30, *, tasks: int = 200
    ) -> None:
        self._seconds, self._memory, self._tasks = seconds, memory, tasks
        self._places, self._lock = BoundedSemaphore(workers), Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._closed = False

    def differ(self, golden: bytes, candidate: bytes, rules: Rules) -> Difference:
        """Do what `diffing.differ.differ` does; *unreadable* where the files killed the child.

        Raises Unavailable where no child can be started, or the sandbox is being closed."""
        return self.settle(golden, candidate, rules).difference

    def settle(self, golden: bytes, candidate: bytes, rules: Rules) -> Settled:
        """Do what `differ` does, and say what it comes to where the tolerance decides."""
        return self._settled("differ", golden, candidate, rules)

    def exhibit(self, golden: bytes, candidate: bytes, rules: Rules) -> Settled:
        """Do what `settle` does, and draw what differs where it is not let pass."""
        return self._settled("exhibit", golden, candidate, rules)

    def draw(self, golden: bytes, candidate: bytes, mask: bytes, *, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.rendering.difference` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "draw", "most_pixels": most_pixels}, (golden, candidate, mask))
        return parts[0]

    def thumbnail(self, content: bytes, *, most: int = 320, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.rendering.thumbnail` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "thumbnail", "most": most, "most_pixels": most_pixels}, (content,))
        return parts[0]

    def sheet(self, content: bytes, *, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.rendering.sheet` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "sheet", "most_pixels": most_pixels}, (content,))
        return parts[0]

    def cut(self, content: bytes, *, most_pixels: int = 80_000_000) -> bytes:
        """Do what `diffing.composites.third` does. Raises Refused, with a clause about "it"."""
        _, parts = self._ask({"act": "cut", "most_pixels": most_pixels}, (content,))
        return parts[0]

    def close(self) -> None:
        """End the children. Whoever waits for an answer gets Unavailable."""
        with self._lock:
            self._closed = True
            busy, idle = self._all.difference(self._idle), self._idle
            self._all, self._idle = set(), []
        for child in busy:
            child.kill()  # whoever asked it takes leave of it
        for child in idle:
            child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _settled(self, act: str, golden: bytes, candidate: bytes, rules: Rules) -> Settled:
        if golden == candidate:
            return Settled(Outcome.SAME, Difference(outcome=Outcome.SAME))
        try:
            return self._measured(act, golden, candidate, rules)
        except Refused as refused:
            if rules.draw and is_svg(candidate):  # whatever it is to draw, its lines can be compared
                return self._settled(act, golden, candidate, replace(rules, draw=False))
            return Settled(Outcome.UNREADABLE, _unreadable(str(refused)))

    def _measured(self, act: str, golden: bytes, candidate: bytes, rules: Rules) -> Settled:
        said, masks = write_rules(rules)
        seconds = min(self._seconds, _SECONDS_TO_DRAW) if rules.draw and is_svg(candidate) else self._seconds
        head, parts = self._ask({"act": act, "rules": said}, (golden, candidate, *masks), seconds)
        try:
            found = read_difference(head, parts)
            outcome = Outcome.SAME if head["within"] is True else found.outcome
            return Settled(outcome, found, b"".join(parts[1:]) or None)
        except (KeyError, TypeError, ValueError) as strange:
            raise Refused(_BROKE) from strange

    def _ask(self, head: Head, parts: Sequence[bytes], seconds: float | None = None) -> Message:
        with self._places:
            child = self._take()
            try:
                answer, body = child.ask(head, parts, seconds or self._seconds)
            except BaseException:
                self._drop(child)
                if self._closed:
                    raise Unavailable("Golddigger is being stopped.", 0) from None
                raise
            self._give(child)
        if "refused" in answer or not body:
            raise Refused(str(answer.get("refused", _BROKE)))
        return answer, body

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise Unavailable("Golddigger is being stopped.", 0)
            while self._idle:
                if (child := self._idle.pop()).alive:
                    return child
                self._all.discard(child)
                child.end()
        child = _Child(self._memory)
        with self._lock:
            self._all.add(child)
        return child

    def _give(self, child: _Child) -> None:
        if child.tasks >= self._tasks or not child.alive:
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
            bufsize=0,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,  # Ctrl-C in our terminal is ours to handle
        )
        self._pipe = _Pipe(self._process)
        try:
            self._pipe.until = time.monotonic() + _SECONDS_TO_START
            receive(self._pipe, most=0)
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
        self._pipe.until = time.monotonic() + seconds
        try:
            send(self._pipe, {**head, "seconds": seconds}, parts)
            return receive(self._pipe, most=2)
        except (OSError, ValueError) as broken:
            self._late = isinstance(broken, TimeoutError)
            raise Refused(self._last_words(seconds)) from broken

    def kill(self) -> None:
        """Kill the process: whoever waits for its answer gets none."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and take leave of it; for whoever asks it, and nobody else."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def _last_words(self, seconds: float) -> str:
        self._process.kill()
        if self._late or self._process.wait() == -signal.SIGXCPU:
            return f"took longer than {seconds:g} seconds: draw a smaller or simpler one"
        return _BROKE


class _Pipe:
    """Both ways to a child, waiting `until` a moment of the monotonic clock and no longer: then TimeoutError."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert process.stdout is not None  # noqa: S101
        self._inbox, self._outbox = process.stdin, process.stdout
        self.until = 0.0
        for pipe in (self._inbox, self._outbox):
            os.set_blocking(pipe.fileno(), False)
        with suppress(OSError):  # not every system has it, nor lets everybody
            fcntl.fcntl(self._inbox, _SET_PIPE_SIZE, _PIPE_SIZE)

    def write(self, content: bytes) -> None:
        """Write all of it."""
        rest = memoryview(content)
        while rest:
            try:
                rest = rest[os.write(self._inbox.fileno(), rest) :]
            except BlockingIOError:
                self._wait(self._inbox, select.POLLOUT)

    def read(self, length: int) -> bytes:
        """Give so many bytes, or fewer where the child is gone."""
        parts: list[bytes] = []
        while length:
            try:
                parts.append(os.read(self._outbox.fileno(), min(length, _PIPE_SIZE)))
            except BlockingIOError:
                self._wait(self._outbox, select.POLLIN)
                continue
            if not parts[-1]:
                break
            length -= len(parts[-1])
        return b"".join(parts)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Give up both ends."""
        for pipe in (self._inbox, self._outbox):
            with suppress(OSError, ValueError):
                pipe.close()

    def _wait(self, pipe: IO[bytes], event: int) -> None:
        waiting = select.poll()
        waiting.register(pipe, event)
        if not waiting.poll(max(0.0, self.until - time.monotonic()) * 1000):
            raise TimeoutError


def _unreadable(clause: str) -> Difference:
    from diffing.differ import unreadable  # brings NumPy, which nothing else needs on this side

    return unreadable(clause)
