"""Break everything on purpose, and say what was lost: `python -m tests.faults`, with `--write` into the docs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
PAGE = _HERE.parents[1] / "docs/reliability.md"
_BEGIN, _END = "<!-- figures: python -m tests.faults --write -->", "<!-- end of figures -->"
_PROCESSES = "4"
"""Mostly they wait: for leases to lapse, for a part to be there again."""


def run() -> int:
    """Try all faults, side by side by installation."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.md"
        words = [sys.executable, "-m", "pytest", str(_HERE), "-n", _PROCESSES, "--dist", "loadgroup", "-q"]
        code = subprocess.run(
            words, check=False, env={**os.environ, "GOLDDIGGER_FAULTS_FILE": str(file)}
        ).returncode
        if code == 0 and "--write" in sys.argv:
            PAGE.write_text(with_figures(PAGE.read_text(), file.read_text()))
    return code


def with_figures(page: str, figures: str) -> str:
    """Put figures into a page in place of those that stand there."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n\n{figures}\n{_END}{after}"


if __name__ == "__main__":
    sys.exit(run())
