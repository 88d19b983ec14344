"""Be `golddigger demo`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Data, LogLevel, Port


def demo(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Play the person too: approve, look at the commits, end; 1 where it goes wrong."
        ),
    ] = False,
    port: Port = None,
    data: Data = None,
    log_level: LogLevel = "warning",
) -> None:
    """Show what Golddigger does, on a sample repository whose branch has broken goldens.

    Everything runs in this process and on this machine, on the road that a pull request takes: a signed delivery,
    the queue, the comparison, the page. Open the printed address; Ctrl-C ends it and leaves nothing behind.

    For example:

        golddigger demo
        golddigger demo --check
    """
    from app import logs
    from app.demo import command

    logs.set_up(level=log_level)
    command.demo(say=typer.echo, check=check, port=port, data=data)
