"""Start, stop and kill the processes of an installation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import requests

from tests.forges.web import free_port

_PATIENCE = 60.0


class Installation:
    """`golddigger serve`, and as many `golddigger worker` beside it, on one database, storage and queue."""

    def __init__(
        self, settings: Mapping[str, str], folder: Path, *, workers: int, environment: Mapping[str, str]
    ) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.workers: Sequence[str] = tuple(f"worker-{number + 1}" for number in range(workers))
        self.killed = 0
        self._settings = {
            **environment,
            **{f"GOLDDIGGER_{name.upper()}": value for name, value in settings.items()},
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def working(self) -> Sequence[str]:
        """Name the processes that do jobs: with the queue in memory that is the web's own."""
        return self.workers or ("web",)

    @property
    def everything(self) -> Sequence[str]:
        """Name every process."""
        return ("web", *self.workers)

    def start(self, *names: str) -> None:
        """Start processes, and come back when the web answers."""
        for name in names or self.everything:
            self._processes[name] = self._run(name)
        if "web" in (names or self.everything):
            self._wait_for_the_web()

    def kill(self, *names: str) -> None:
        """Take processes away without a word (SIGKILL), their comparing children too."""
        for name in names:
            self._processes[name].kill()
            self._processes[name].wait()
            self.killed += 1

    def stop(self, *names: str, within: float = _PATIENCE) -> None:
        """Tell processes to stop (SIGTERM), and come back when they have."""
        going = [self._processes[name] for name in names or self.everything if name in self._processes]
        for process in going:
            process.send_signal(signal.SIGTERM)
        for process in going:
            with suppress(subprocess.TimeoutExpired):
                process.wait(within)
            process.kill()
            process.wait()

    def peak(self, name: str) -> tuple[float, float]:
        """Give the most memory that a process has had, and the largest of its comparing children, in MB."""
        pid = self._processes[name].pid
        threads = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(each) for told in threads for each in told.read_text().split()]
        return _peak(pid), max(map(_peak, children), default=0.0)

    def logged(self) -> str:
        """Give the end of what each process wrote."""
        return "\n".join(f"{log.stem}: {log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def _run(self, name: str) -> subprocess.Popen[bytes]:
        what = "serve" if name == "web" else "worker"
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.installed.process", what, str(self.port)],
                env={**_ours_left_out(), **self._settings, "GOLDDIGGER_PUBLIC_URL": self.base},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_for_the_web(self) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            with suppress(requests.RequestException):
                requests.get(self.base + "/healthz", timeout=2)
                return
            assert self._processes["web"].poll() is None, self.logged()
            assert time.monotonic() < until, f"the web does not answer: {self.logged()}"
            time.sleep(0.05)


def _ours_left_out() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GOLDDIGGER_")}


def _peak(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in told.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
