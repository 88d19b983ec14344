"""Run one program for as long as a test run lives: `warden.py OWNER FOLDER NAME SIGNAL USER COMMAND...`.

Whoever started the tests may be killed at any moment, and no database may be left running then. So each program
has a warden, that ends it when it is told to, or when the process OWNER is gone. Needs nothing but Python."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

_PATIENCE = 15.0


def main(owner: int, folder: Path, name: str, stop: int, user: str, command: list[str]) -> None:
    """Run it until it ends, until the owner is gone, or until told."""
    told: list[int] = []

    def tell(number: int, frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, tell)
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            user=user or None,
            group=user or None,
            extra_groups=[] if user else None,
        )
    (folder / f"{name}.pid").write_text(str(process.pid))
    while process.poll() is None and not told and _lives(owner):
        time.sleep(0.05)
    _end(process, stop)
    if not _lives(owner):
        shutil.rmtree(_whole(folder), ignore_errors=True)


def _whole(folder: Path) -> Path:
    """Give the folder of the whole run, which nobody else will remove now."""
    return next((each for each in folder.parents if each.name.startswith("golddigger-part")), folder)


def _end(process: subprocess.Popen[bytes], stop: int) -> None:
    if process.poll() is None:
        process.send_signal(stop)
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
    try:
        os.killpg(process.pid, signal.SIGKILL)  # whatever it left behind
    except ProcessLookupError:
        return


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5], sys.argv[6:])
