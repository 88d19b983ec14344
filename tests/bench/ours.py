"""Measure our own comparing in a process like the sandbox's children: time while warm, memory when fresh."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from app.sandbox import ENVIRONMENT
from tests.bench.peers import Answer, Files

_ROOT = Path(__file__).parents[2]


class Ours:
    """A process that compares one pair after the other, with the compiled core or without."""

    def __init__(self, *, core: bool) -> None:
        road = {} if core else {"GOLDDIGGER_BENCH_PLAIN": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.ours"],
            cwd=_ROOT,
            env={**ENVIRONMENT, **road, "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, files: Files) -> Answer:
        """Compare one pair as the peers do: from files, the mask written to one."""
        said = self._exchange(files)
        return Answer(said["ms"], int(said["pixels"]))

    def kept(self, files: Files) -> float:
        """Compare once more, and give the megabytes that the process then holds on top of when it was idle."""
        return self._exchange(files)["kept"]

    def _exchange(self, files: Files) -> dict[str, float]:
        assert self._process.stdin
        assert self._process.stdout
        asked = {"golden": str(files.golden), "candidate": str(files.candidate), "mask": str(files.difference)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said: dict[str, float] = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


def peak(files: Files) -> float:
    """Give the megabytes that comparing takes on top of an idle process, which remembers its highest peak only."""
    fresh = Ours(core=True)
    said = fresh._exchange(files)
    fresh.close()
    return said["peak"]


def _serve() -> None:
    """Answer in the child, line by line."""
    import time

    from diffing import built
    from diffing.differ import differ
    from diffing.words import Rules
    from tests.bench import screens

    if "GOLDDIGGER_BENCH_PLAIN" in os.environ:
        built.CORE = None
    differ(*screens.tiny(), Rules())  # so that all that is imported late is there
    idle = _highest()
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        found = differ(Path(asked["golden"]).read_bytes(), Path(asked["candidate"]).read_bytes(), Rules())
        if found.mask:
            Path(asked["mask"]).write_bytes(found.mask)
        ms = (time.perf_counter() - began) * 1000
        said = {"ms": ms, "pixels": found.pixels, "peak": _highest() - idle}
        del found
        print(json.dumps(said | {"kept": _highest("VmRSS:") - idle}), flush=True)


def _highest(what: str = "VmHWM:") -> float:
    """Read this process's peak in megabytes; getrusage would count what it was before exec, its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition(what)[2].split()[0]) / 1024
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    _serve()
