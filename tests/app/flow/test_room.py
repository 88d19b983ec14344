"""A worker's memory is bounded, whatever artifacts hold."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.flow.room import Room

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
MOST = 450
"""MiB of one process: 110 of its own, the room for files, those on their way, and what is freed late. 256 more are
for lists of files. Its children have bounds of their own: `GOLDDIGGER_COMPARE_MEMORY` each."""


def test_large_files_of_two_runs_at_once_stay_within_bounds(tmp_path: Path) -> None:
    """Eight files of 40 MiB, which many threads want: never more of them at once than there is room for."""
    words = [sys.executable, "-m", "tests.app.flow.weighing", str(tmp_path)]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) < MOST


def test_whoever_finds_no_room_waits() -> None:
    """As many as fit go in; the next one when somebody left."""
    room, inside, leave = Room(10), threading.Semaphore(0), threading.Event()

    def enter() -> None:
        with room.of(5):
            inside.release()
            leave.wait(10)

    threads = [threading.Thread(target=enter) for _ in range(3)]
    for each in threads:
        each.start()
    assert inside.acquire(timeout=5)
    assert inside.acquire(timeout=5)
    assert not inside.acquire(timeout=0.2)
    leave.set()
    assert inside.acquire(timeout=5)
    for each in threads:
        each.join()


def test_who_needs_more_than_all_has_it_alone() -> None:
    """Nobody waits for ever: the largest waits until all others have left, and others wait for it."""
    room, order = Room(10), list[str]()
    small_is_in, leave = threading.Event(), threading.Event()

    def small() -> None:
        with room.of(1):
            small_is_in.set()
            leave.wait(10)
            order.append("small")

    def large() -> None:
        with room.of(99):
            order.append("large")

    first, second = threading.Thread(target=small), threading.Thread(target=large)
    first.start()
    assert small_is_in.wait(5)
    second.start()
    leave.set()
    first.join(5)
    second.join(5)
    assert order == ["small", "large"]
    with room.of(10):
        pass


def test_room_is_given_back_by_who_breaks() -> None:
    """A file that breaks its reader takes no room for ever."""
    room = Room(10)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), room.of(10):
            raise ValueError("broken")
