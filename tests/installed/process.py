"""Be one process of an installation, on a clock that may run faster than others: `… serve 8000`, `… worker 0`.

Nothing of Golddigger's own is replaced but the clock, which `app.main` alone reads, the interval of the sweep,
half a minute by that clock, and the pace that a forge asks for. The environment has its settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from app import logs, main
from app.forges import Forges
from app.settings import Settings, load
from tests.stories.hosts import HOSTS

PACE = "INSTALLED_PACE"
"""The variable that says how many seconds pass in one."""
_BEGAN = datetime(2026, 11, 25, tzinfo=UTC)


def hurried(pace: int) -> Callable[[], datetime]:
    """Give a clock, which tells the same time in every process."""
    return lambda: _BEGAN + (datetime.now(UTC) - _BEGAN) * pace


def be(what: str, port: int, pace: int) -> None:
    """Run until told to stop."""
    settings = load()
    own = {"configured": _unpaced, "_SWEEP_SECONDS": main._SWEEP_SECONDS / pace}
    vars(main).update(own | ({"now": hurried(pace)} if pace > 1 else {}))
    logs.set_up(level="INFO")
    if what == "worker":
        main.work(settings)
    else:
        main.serve(settings, host="127.0.0.1", port=port)


def _unpaced(settings: Settings, _clock: object) -> Forges:
    """Give the forge of the settings, which bears as much writing as a test does."""
    return HOSTS["github" if settings.github else "gitlab"].forges(settings)


if __name__ == "__main__":
    be(sys.argv[1], int(sys.argv[2]), int(os.environ.get(PACE, "1")))
