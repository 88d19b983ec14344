"""Draw the pairs whose composites are recorded: python -m tests.recorded.composites.draw FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.stories.screens import screen

OLD, NEW = screen("Sign in", size=(159, 90)), screen("Log in", size=(159, 90))
PAIRS = {
    "horizontal": (OLD, NEW),
    "vertical": (OLD, NEW),
    "similarity": (OLD, NEW),
    "paler": (OLD, NEW),
    "difference": (OLD, NEW),
    "recoloured": (OLD, screen("Sign in", "darkred", (159, 90))),
    "taller": (OLD, screen("Sign in", size=(159, 120))),
    "smaller": (screen("Sign in", size=(180, 120)), NEW),
}


def main(folder: Path) -> None:
    """Write each pair: both sides can be divided by three, so that either cut is thinkable."""
    for scenario, (golden, candidate) in PAIRS.items():
        (folder / f"{scenario}.golden.png").write_bytes(golden)
        (folder / f"{scenario}.candidate.png").write_bytes(candidate)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
