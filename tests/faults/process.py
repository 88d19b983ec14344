"""Be one process of an installation, on a clock that runs three minutes a second: leases lapse as one looks on.

Nothing of Golddigger's own is replaced but the clock, which `app.main` alone reads, and the interval of the sweep,
half a minute by that clock. `GOLDDIGGER_…` in the environment are its settings, as everywhere."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from app import logs, main
from app.settings import Settings, load
from tests.stories.hosts import HOSTS

PACE = 180
BEGAN = datetime(2026, 11, 25, tzinfo=UTC)


def clock() -> datetime:
    """Tell the hurried time, the same in every process."""
    return BEGAN + (datetime.now(UTC) - BEGAN) * PACE


def be(what: str, port: int) -> None:
    """Run until told to stop."""
    settings = load()
    main.now = clock
    main._SWEEP_SECONDS = main._SWEEP_SECONDS / PACE
    main.configured = _unpaced
    logs.set_up(level="INFO")
    if what == "worker":
        main.work(settings)
    else:
        main.serve(settings, host="127.0.0.1", port=port)


def _unpaced(settings: Settings) -> main.Forges:
    """Give the forge of the settings, which bears as much writing as a test does."""
    return HOSTS["github" if settings.github else "gitlab"].forges(settings)


if __name__ == "__main__":
    be(sys.argv[1], int(sys.argv[2]))
