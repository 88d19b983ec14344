"""Be `golddigger serve`."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

import typer

from app.cli.options import Config, Grace, LogLevel, with_grace


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, help="The port to listen on.")] = 8000,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            min=0,
            max=256,
            help="Work off the queue here too, on so many threads.  [default: 4 with the queue in memory, else 0]",
            show_default=False,
        ),
    ] = None,
    grace: Grace = None,
    config: Config = None,
    log_level: LogLevel = "info",
) -> None:
    """Run the web and, with the queue in memory, the worker.

    With a queue on a server (GOLDDIGGER_QUEUE_URL) it is the web alone: run `golddigger worker` beside it, as
    often as you like. It answers webhooks also while that queue is away.

    Everything it needs lies in the data folder (GOLDDIGGER_DATA), which is made when it is not there. The first
    lines of the log hold an address that signs you in once and, before there is an app, one that makes it.

    For example:

        golddigger serve
        golddigger serve --host 0.0.0.0 --port 80 --config /etc/golddigger.toml
    """
    from app import logs, main, settings

    logs.set_up(level=log_level)
    read = settings.load(config)
    read = with_grace(read, grace)
    if "public_url" not in read.model_fields_set:
        read = read.model_copy(update={"public_url": f"http://{_reachable(host)}:{port}"})
    main.serve(read, host=host, port=port, threads=threads)


def _reachable(host: str) -> str:
    """Give an address for a browser on this machine."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host
