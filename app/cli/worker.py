"""Be `golddigger worker`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Config, Grace, LogLevel, with_grace


def worker(
    threads: Annotated[
        int,
        typer.Option(
            "--threads",
            min=1,
            max=256,
            help="Jobs at a time; half of them comparisons, where it does both.",
        ),
    ] = 4,
    queues: Annotated[
        str,
        typer.Option(
            "--queues",
            help="These alone of approve, publish, ingest, compare; commas between.  [default: all]",
            show_default=False,
        ),
    ] = "",
    grace: Grace = None,
    config: Config = None,
    log_level: LogLevel = "info",
) -> None:
    """Work off the queue, without the web.

    As many as you like may run beside each other and beside `golddigger serve`, on one database, storage and
    queue. Comparisons have threads of their own: an approval never waits behind them. Every half minute a worker
    asks the database for what was begun and not ended, so a queue that was lost loses nothing.

    Told to end, it begins nothing new, ends what it can, and gives the rest back to the others.

    With the queue in memory there is nothing for it to do.

    For example:

        golddigger worker --config /etc/golddigger.toml
        golddigger worker --queues compare --threads 8
        golddigger worker --queues approve,publish,ingest
    """
    from app import logs, main, settings

    logs.set_up(level=log_level)
    main.work(with_grace(settings.load(config), grace), queues=queues, threads=threads)
