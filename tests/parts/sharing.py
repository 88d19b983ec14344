"""Start each part at most once for all the processes of a test run, and end all when the run ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.parts.part import Part
from tests.parts.running import Running, end

_FOLDER, _OWNER = "GOLDDIGGER_TEST_PARTS", "GOLDDIGGER_TEST_PARTS_OWNER"


def begin() -> bool:
    """Make the run's folder, which the processes of pytest-xdist find in their environment; False for those."""
    if _FOLDER in os.environ:
        return False
    folder = Path(tempfile.mkdtemp(prefix="golddigger-parts-"))
    folder.chmod(0o755)
    os.environ[_FOLDER], os.environ[_OWNER] = str(folder), str(os.getpid())
    return True


def finish() -> None:
    """End whatever was started, and leave nothing behind."""
    os.environ.pop(_OWNER)
    folder = Path(os.environ.pop(_FOLDER))
    for each in folder.glob("*/data"):
        end(each)
    shutil.rmtree(folder, ignore_errors=True)


def address(part: Part) -> str:
    """Give the address of a part that is found, which is started where nobody did before."""
    if part.named:
        return part.named
    folder = Path(os.environ[_FOLDER]) / part.key
    with _one_at_a_time(folder):
        written = folder / "url"
        if not written.exists():
            written.write_text(_begun(part, folder / "data"))
        return written.read_text()


def begun() -> list[str]:
    """Name the keys of the parts that this run has started so far."""
    return sorted(each.parent.name for each in Path(os.environ[_FOLDER]).glob("*/url"))


def _begun(part: Part, folder: Path) -> str:
    running = Running(part, folder, int(os.environ[_OWNER]))
    try:
        running.start()
    except BaseException:
        running.stop()
        shutil.rmtree(folder)
        raise
    return running.url


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
