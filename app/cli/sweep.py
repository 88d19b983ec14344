"""Be `golddigger sweep`."""

from __future__ import annotations

import typer

from app.cli.options import Config, LogLevel


def sweep(config: Config = None, log_level: LogLevel = "info") -> None:
    """Do now what was begun and not ended: after a crash, or when a queue was lost.

    Every process that works does the same by a timer, so this is needed only when none runs.

    For example:

        golddigger sweep
    """
    from app import logs, main, settings

    logs.set_up(level=log_level)
    count = main.sweep(settings.load(config))
    typer.echo(f"{count} jobs were left over, and are done." if count else "Nothing was left over.")
