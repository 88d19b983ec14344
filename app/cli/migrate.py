"""Be `golddigger migrate`."""

from __future__ import annotations

import typer

from app.cli.options import Config


def migrate(config: Config = None) -> None:
    """Bring the database's schema to the newest.

    `golddigger serve` does it by itself when it starts. It can be called any number of times, and by several at
    once.

    For example:

        GOLDDIGGER_DATABASE_URL=sqlite:////srv/golddigger.db golddigger migrate
    """
    from app import logs, main, settings

    logs.set_up(level="warning")
    main.migrate(settings.load(config))
    typer.echo("The database's schema is the newest.")
