"""Serve a sandbox from inside its child: little memory and time, no network, one task after the other."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from math import ceil
from pathlib import Path
from typing import IO, Any

from diffing import rendering
from diffing.differ import differ
from diffing.words import Box, Refused, Rules, Tolerance

Head = Mapping[str, Any]
"""JSON. A child is not trusted any more once it has seen a file, so nothing of it is ever unpickled."""
Message = tuple[Head, list[bytes]]

_MOST_HEAD, _MOST_PARTS, _MOST_BYTES = 1 << 24, 3, 1 << 30


def serve(memory: int) -> None:
    """Answer one message after the other until the parent is gone. Runs in the child."""
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    _confine(memory)
    send(outbox, {"ready": True}, ())
    with suppress(BrokenPipeError):
        while True:
            head, parts = receive(inbox)
            send(outbox, *_answer(head, parts))


def _answer(head: Head, parts: list[bytes]) -> Message:
    _allow_time(head["seconds"])
    try:
        return _act(head, parts)
    except Refused as refused:
        return {"refused": str(refused)}, []
    except MemoryError:
        return {"refused": "needs more memory than it may have: draw a smaller one"}, []


def _act(head: Head, parts: list[bytes]) -> Message:
    match head["act"]:
        case "differ":
            golden, candidate = parts
            found = differ(golden, candidate, _rules(head["rules"]))
            return {"difference": asdict(replace(found, mask=None))}, [found.mask or b""]
        case "draw":
            return {}, [rendering.difference(*parts, most_pixels=head["most_pixels"])]
        case "thumbnail":
            return {}, [rendering.thumbnail(*parts, most=head["most"], most_pixels=head["most_pixels"])]
    raise ValueError(head["act"])


def _confine(memory: int) -> None:
    """Give up what decoding does not need. What the system does not offer is left out."""
    _without_network()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 32)
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


def _limit(which: int, most: int) -> None:
    """Lower a limit for good."""
    _, hard = resource.getrlimit(which)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(which, (lowest, lowest))


def _allow_time(seconds: float) -> None:
    """Let one task have so much processor time; the hard limit stays, because the next task gets its own."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def _without_network() -> None:
    """Move into an empty network namespace (unshare(2)), where the system lets us, and gain no more rights."""
    new_user, new_network, no_new_privileges = 0x10000000, 0x40000000, 38
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.prctl(no_new_privileges, 1, 0, 0, 0)
        if libc.unshare(new_network):
            libc.unshare(new_user | new_network)


def _rules(said: Head) -> Rules:
    return Rules(
        tolerance=Tolerance(**said["tolerance"]),
        ignore=tuple(Box(**box) for box in said["ignore"]),
        most_pixels=said["most_pixels"],
    )


def send(pipe: IO[bytes], head: Head, parts: Sequence[bytes]) -> None:
    """Write a message: its head's length in four bytes, the head, the parts."""
    line = json.dumps({**head, "lengths": [len(part) for part in parts]}).encode()
    pipe.write(len(line).to_bytes(4))
    pipe.write(line)
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Message:
    """Read a message; raises OSError or ValueError where there is none, or a strange one."""
    try:
        head = json.loads(_exactly(pipe, int.from_bytes(_exactly(pipe, 4)), _MOST_HEAD))
        lengths = [int(length) for length in head["lengths"][:_MOST_PARTS]]
    except (KeyError, TypeError, RecursionError) as strange:
        raise ValueError("not a message") from strange
    return head, [_exactly(pipe, length) for length in lengths]


def _exactly(pipe: IO[bytes], length: int, most: int = _MOST_BYTES) -> bytes:
    if not 0 <= length <= most:
        raise ValueError("a length beyond all bounds")
    found = pipe.read(length)
    if len(found) < length:
        raise BrokenPipeError("the other end is gone")
    return found
