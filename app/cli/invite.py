"""Be `golddigger invite`."""

from __future__ import annotations

import typer

from app.cli.options import Config


def invite(config: Config = None) -> None:
    """Print a link that signs whoever opens it in, once, to look at every run.

    For whoever runs Golddigger: the link is not in the log, which others may collect and read. It lasts 12 hours.

    For example:

        docker compose exec golddigger golddigger invite
    """
    from app import logs, main, settings

    logs.set_up(level="warning")
    typer.echo(main.invite(settings.load(config)))
