"""Measure our own comparing: its time here, its memory in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from diffing.differ import differ
from diffing.words import Rules
from tests.bench.peers import Answer, Files


def ask(files: Files) -> Answer:
    """Compare one pair as the peers do: from files, mask included."""
    began = time.perf_counter()
    found = differ(files.golden.read_bytes(), files.candidate.read_bytes(), Rules())
    return Answer((time.perf_counter() - began) * 1000, found.pixels)


def peak(files: Files) -> float:
    """Give the megabytes that comparing takes on top of an idle process, which remembers its highest peak only."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_grown, files).result()


def _grown(files: Files) -> float:
    before = _highest()
    ask(files)
    return _highest() - before


def _highest() -> float:
    """Read this process's peak in megabytes; getrusage would count what it was before exec, its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
