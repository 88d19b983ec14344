"""Be `golddigger worker`."""

from __future__ import annotations

from app.cli.options import Config, LogLevel


def worker(config: Config = None, log_level: LogLevel = "info") -> None:
    """Work off the queue, without the web.

    As many as you like may run beside each other and beside `golddigger serve`, on one database, storage and
    queue. With the queue in memory there is nothing for it to do.

    For example:

        golddigger worker --config /etc/golddigger.toml
    """
    from app import logs, main, settings

    logs.set_up(level=log_level)
    main.work(settings.load(config))
