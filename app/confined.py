"""Serve a sandbox from inside its child: little memory and time, no network, one task after the other."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from math import ceil
from pathlib import Path

from app.messages import Head, Message, read_rules, receive, send, write_difference
from diffing.differ import differ, within
from diffing.words import Refused, Rules

_MOST_PARTS = 1000
"""A golden, a candidate, and the masks of what is ignored."""


def serve(memory: int) -> None:
    """Answer one message after the other until the parent is gone. Runs in the child."""
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    _confine(memory)
    send(outbox, {"ready": True}, ())
    with suppress(BrokenPipeError):
        while True:
            head, parts = receive(inbox, most=_MOST_PARTS)
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
        case "differ" | "exhibit":
            golden, candidate, *masks = parts
            return _settled(golden, candidate, read_rules(head["rules"], masks), act=head["act"])
        case "draw":
            from diffing import rendering  # not needed to compare

            return {}, [rendering.difference(*parts, most_pixels=head["most_pixels"])]
        case "thumbnail":
            from diffing import rendering

            return {}, [rendering.thumbnail(*parts, most=head["most"], most_pixels=head["most_pixels"])]
        case "sheet":
            from diffing import rendering

            return {}, [rendering.sheet(*parts, most_pixels=head["most_pixels"])]
        case "cut":
            from diffing import composites

            return {}, [composites.third(*parts, most_pixels=head["most_pixels"])]
    raise ValueError(head["act"])


def _settled(golden: bytes, candidate: bytes, rules: Rules, *, act: str) -> Message:
    found = differ(golden, candidate, rules)
    passes = within(found, rules.tolerance)
    head, body = write_difference(found)
    if act == "exhibit" and found.mask and not passes:
        body.append(_exhibit(golden, candidate, found.mask, rules.most_pixels))
    return {**head, "within": passes}, body


def _exhibit(golden: bytes, candidate: bytes, mask: bytes, most_pixels: int) -> bytes:
    from diffing import rendering

    try:
        return rendering.difference(golden, candidate, mask, most_pixels=most_pixels)
    except Refused:  # it was compared, so both can be shown beside each other
        return b""


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
