"""Our reg.json is what reg-cli itself writes for the same folders, and reg-cli takes ours for its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.app.compare.stage import AGAIN, LARGER, OPEN, PAID, compare, lay
from tests.diffing import drawing
from tests.peers import emulate

PROGRAM = emulate.FOLDER / "node_modules" / "reg-cli" / "dist" / "cli.js"


def missing() -> str:
    """Say in a line what is missing; empty where all is there."""
    if emulate.node() is None or not PROGRAM.is_file():
        return f"reg-cli is missing in {emulate.FOLDER}: sh tests/peers/install.sh .peers (needs npm)"
    return ""


pytestmark = [pytest.mark.peer, pytest.mark.slow]
if missing() and not emulate.MUST_RUN:
    pytest.skip(missing(), allow_module_level=True)

JPEG, OTHER_JPEG = (drawing.encoded(drawing.written(word)[:, :, :3], "JPEG") for word in ("Paid", "Open"))
GOLDENS = {
    "same.png": PAID,
    "again.png": PAID,
    "changed.png": PAID,
    "removed.png": PAID,
    "photo.jpg": JPEG,
    "deep/er/changed.png": OPEN,
    "deep/grün ß.png": PAID,
    "notes.txt": b"one\n",
}
DRAWN = {
    **GOLDENS,
    "again.png": AGAIN,
    "changed.png": OPEN,
    "photo.jpg": OTHER_JPEG,
    "deep/er/changed.png": PAID,
    "deep/added.png": LARGER,
    "notes.txt": b"two\n",
}
del DRAWN["removed.png"]


def reg_cli(here: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real one."""
    command = [emulate.node() or "node", str(PROGRAM), *words]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=100)


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Have both compare the same folders; give reg-cli's file and ours."""
    monkeypatch.chdir(tmp_path)
    lay(tmp_path / "goldens", GOLDENS)
    lay(tmp_path / "drawn", DRAWN)
    done = reg_cli(tmp_path, "drawn", "goldens", "theirs/diff", "--json", "theirs/reg.json")
    assert done.returncode == 1, done.stdout + done.stderr
    ended = compare("goldens", "drawn", "--exact", "--diff", "ours/diff", "--reg-json", "ours/reg.json", "--quiet")
    assert ended.code == 1
    theirs, ours = (json.loads((tmp_path / who / "reg.json").read_text()) for who in ("theirs", "ours"))
    return theirs, ours


def in_order(report: Mapping[str, Any]) -> dict[str, Any]:
    """Put the items in one order: reg-cli's own depends on its processes' timing."""
    return {key: sorted(value) if isinstance(value, list) else value for key, value in report.items()}


def test_the_files_are_equal(both: tuple[Any, Any]) -> None:
    """The same keys in the same order, the same items, the same folders as seen from the file."""
    theirs, ours = both
    assert list(ours) == list(theirs)
    assert in_order(ours) == in_order(theirs)
    assert ours["failedItems"] == ["changed.png", "deep/er/changed.png", "photo.jpg"]
    assert ours["diffItems"] == ["changed.png", "deep/er/changed.png", "photo.png"]


def test_every_difference_is_where_it_says(both: tuple[Any, Any]) -> None:
    """The pictures lie in the folder under the names that the file gives, theirs and ours."""
    for who, report in zip(("theirs", "ours"), both, strict=True):
        for item in report["diffItems"]:
            assert (Path(who) / report["diffDir"] / item).is_file()


def test_reg_cli_makes_its_report_of_ours(both: tuple[Any, Any], tmp_path: Path) -> None:
    """A drop-in: reg-cli reads the file and writes its page, with every golden of ours on it."""
    done = reg_cli(tmp_path, "--from", "ours/reg.json", "--report", "ours/index.html")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    page = (tmp_path / "ours" / "index.html").read_text()
    for item in (*both[1]["failedItems"], *both[1]["newItems"], *both[1]["deletedItems"]):
        assert item in page
