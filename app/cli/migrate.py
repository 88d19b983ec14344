"""Be `golddigger migrate`."""

from __future__ import annotations

import typer

from app.cli.options import Config


def migrate(config: Config = None) -> None:
    """Bring the database's schema to the newest.

    With SQLite every command does it by itself. A PostgreSQL is shared, and may be in use by others: there serve
    and worker refuse to start until it was done. It can be called any number of times, and by several at once.

    For example:

        golddigger migrate
        golddigger migrate --config /etc/golddigger.toml
    """
    from app import logs, main, settings

    logs.set_up(level="warning")
    main.migrate(settings.load(config))
    typer.echo("The database's schema is the newest.")
