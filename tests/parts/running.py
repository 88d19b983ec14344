"""Start a part on a free port in a folder, wait until it answers, and end it by its process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.forges.web import free_port
from tests.parts.part import Command, Part

_WARDEN = Path(__file__).with_name("warden.py")
_ENDED = 20.0
_started: list[subprocess.Popen[bytes]] = []
"""Those that outlive whoever started them; kept, because Python complains of the forgotten."""


class Running:
    """One part, on a port and in a folder that it keeps when it is stopped and started again."""

    def __init__(self, part: Part, folder: Path, owner: int) -> None:
        self.part, self.folder, self.port = part, folder, free_port()
        self.url = part.url(self.port)
        self._owner = owner
        self._processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        part.prepare(folder)

    def start(self) -> None:
        """Start it, and come back when it answers."""
        commands = self.part.commands(self.folder, self.port)
        self._processes = [self._run(str(number), command) for number, command in enumerate(commands)]
        until = time.monotonic() + self.part.patience
        while not self.part.answers(self.url):
            assert self.lives, f"{self.part.name} ended: {self._logged()}"
            assert time.monotonic() < until, f"{self.part.name} does not answer: {self._logged()}"
            time.sleep(0.05)

    @property
    def lives(self) -> bool:
        """Is every process of it still there?"""
        return all(each.poll() is None for each in self._processes)

    def stop(self) -> None:
        """End it as one should, and come back when it is gone."""
        end(self.folder)

    def kill(self) -> None:
        """Take its processes away without a word (SIGKILL), and come back when they are gone."""
        for pid in self.folder.glob("*.pid"):
            os.kill(int(pid.read_text()), signal.SIGKILL)
        end(self.folder)

    def _run(self, name: str, command: Command) -> subprocess.Popen[bytes]:
        words = [str(self._owner), str(self.folder), name, str(int(command.stop)), command.user or ""]
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(_WARDEN), *words, *command.words],
            env={**os.environ, **command.environment},
            start_new_session=True,  # a Ctrl-C is for the tests, which then end their parts
        )
        _started.append(process)
        (self.folder / f"{name}.warden").write_text(str(process.pid))
        return process

    def _logged(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in sorted(self.folder.glob("*.log")))


def end(folder: Path) -> None:
    """End what runs in a folder, the last started first, and come back when it is gone."""
    for mark in sorted(folder.glob("*.warden"), reverse=True):
        warden, until = int(mark.read_text()), time.monotonic() + _ENDED
        while _told(warden) and time.monotonic() < until:
            time.sleep(0.02)
        mark.unlink()


def _told(warden: int) -> bool:
    """Tell a warden to end its program; False where it is gone."""
    for process in [each for each in _started if each.poll() is not None]:
        _started.remove(process)
    try:
        os.kill(warden, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def alone(part: Part) -> Iterator[Running]:
    """Run a part for one test alone, which may stop, kill and start it again on its port, with what it kept."""
    room = Path(tempfile.mkdtemp(prefix="golddigger-part-"))
    room.chmod(0o755)  # pytest's own folders are closed to the users that some parts run as
    own = Running(part, room / "data", os.getpid())
    try:
        own.start()
        yield own
    finally:
        own.stop()
        shutil.rmtree(room, ignore_errors=True)
