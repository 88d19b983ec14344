"""A process that is told to end does so, within its time."""

from __future__ import annotations

import os
import signal
import threading

from app.worker.stopping import Stop


def test_the_first_wish_begins_and_the_second_ends() -> None:
    """Who is asked once winds up; who is asked twice leaves at once."""
    left: list[int] = []
    asked: list[str] = []
    now = [100.0]
    stop = Stop(25, ticks=lambda: now[0], leave=left.append)
    stop.when_told(lambda: asked.append("told"))
    stop.end()
    assert (stop.left(), left) == (25, [])
    stop.tell()
    now[0] += 10
    assert (stop.told.is_set(), stop.left(), asked, left) == (True, 15.0, ["told"], [])
    now[0] += 20
    assert stop.left() == 0
    stop.tell()
    stop.end()
    assert (asked, left) == (["told"], [1, 0])


def test_whatever_hangs_the_process_ends_in_time() -> None:
    """Whoever told us kills when the time is over; so we leave by ourselves."""
    gone = threading.Event()
    stop = Stop(0.05, leave=lambda _: gone.set())
    stop.tell()
    assert gone.wait(5)


def test_signals_are_heard_and_left_as_they_were() -> None:
    """SIGTERM asks, and after it means what it meant before."""
    before = signal.getsignal(signal.SIGTERM)
    stop = Stop(25, leave=lambda _: None)
    with stop.heard():
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.told.wait(5)
    assert signal.getsignal(signal.SIGTERM) == before
