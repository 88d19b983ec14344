"""Measure a folder of mixed pairs, whole processes from start to end, in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from tests.bench import screens
from tests.diffing import peer

PAIRS = 500
_ROUNDS = 3
_SCRIPT = Path(__file__).with_name("folder.mjs")
_REG = Path("node_modules", "reg-cli", "dist", "cli.js")


def measure(folder: Path) -> Mapping[str, float]:
    """Give the median seconds of each who is there. Ours makes masks; with `--diff` it draws pictures too."""
    expected, actual = folder / "expected", folder / "actual"
    for each in (expected, actual):
        each.mkdir()
    screens.folder(expected, actual, PAIRS)
    who = _who(expected, actual, folder / "differences")
    times: dict[str, list[float]] = {name: [] for name in who}
    for _ in range(_ROUNDS):
        for name, run in who.items():
            times[name].append(_timed(run))
    return {name: median(each) for name, each in times.items()}


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _who(expected: Path, actual: Path, differences: Path) -> dict[str, Callable[[], object]]:
    golddigger = str(Path(sys.executable).with_name("golddigger"))
    ours = [golddigger, "compare", str(expected), str(actual), "--quiet"]
    who: dict[str, Callable[[], object]] = {
        "golddigger": lambda: _run(ours, ok=1),
        "golddigger --diff": lambda: _run([*ours, "--diff", str(differences)], ok=1),
        "golddigger --workers 1": lambda: _run([*ours, "--workers", "1"], ok=1),
    }
    node, there = peer.node(), Path(peer.FOLDER).absolute() if peer.FOLDER else None
    if node and there and (there / "node_modules" / "odiff-bin").is_dir():
        odiff = [node, str(_SCRIPT), str(there), str(expected), str(actual), str(differences)]
        who["odiff's server"] = lambda: _run(odiff)
    if node and there and (there / _REG).exists():
        reg = [node, str(there / _REG), str(actual), str(expected), str(differences), "-J", os.devnull, "-I"]
        who["reg-cli"] = lambda: _run(reg)
    return who


def _run(command: list[str], ok: int = 0) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != ok:
        raise RuntimeError(f"{command[:3]} ended with {done.returncode}: {done.stderr[-500:]}{done.stdout[-500:]}")
