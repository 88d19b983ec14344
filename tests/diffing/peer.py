"""Ask the reference itself, pixelmatch of npm, in one long-lived Node process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from diffing.images import Pixels

FOLDER = os.environ.get("GOLDDIGGER_TEST_NPM", "")
FIXTURES = Path(FOLDER, "node_modules", "pixelmatch-fixtures", "test", "fixtures")
"""The pairs with which the reference tests itself: its older packages brought them along."""
_SCRIPT = Path(__file__).with_name("pixelmatch.mjs")


def missing() -> str:
    """Say in a line what the peer lacks; empty where it is there."""
    if not (Path(FOLDER) / "node_modules" / "pixelmatch").is_dir() or not FOLDER:
        return "pixelmatch is missing: npm i pixelmatch@7.2.0 into a folder and name it in GOLDDIGGER_TEST_NPM"
    return "" if node() else "node is missing"


def node() -> str | None:
    """Find Node: the folder's own, or the system's."""
    own = Path(FOLDER) / "node_modules" / "node" / "bin" / "node"
    return str(own) if own.exists() else shutil.which("node")


class Pixelmatch:
    """The reference, to be asked and closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [node() or "node", str(_SCRIPT), FOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def count(self, golden: Pixels, candidate: Pixels, threshold: float, antialiasing: bool) -> tuple[int, int]:
        """Give how many pixels differ, and how many of the others are anti-aliased."""
        height, width = golden.shape[:2]
        asked = {"width": width, "height": height, "threshold": threshold, "includeAA": antialiasing}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked).encode() + b"\n" + golden.tobytes() + candidate.tobytes())
        self._process.stdin.flush()
        differing, antialiased = json.loads(self._process.stdout.readline())
        return differing, antialiased

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
