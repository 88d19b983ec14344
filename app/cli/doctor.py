"""Be `golddigger doctor`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

import typer

from app.cli.options import Config

if TYPE_CHECKING:
    from app.doctor import Check


def doctor(config: Config = None) -> None:
    """Check everything Golddigger needs, and say how to mend what is not well.

    Settings, database, storage, queue, address, clock, the app's credentials, permissions and events on GitHub,
    the bot's tokens on GitLab. Ends with 1 where something is not well.

    For example:

        golddigger doctor --config /etc/golddigger.toml
    """
    from app import logs

    logs.set_up(level="error")
    well = _show(_checks(config))
    typer.echo("All is well." if well else "Something needs mending.")
    raise typer.Exit(0 if well else 1)


def _checks(config: Config) -> Iterable[Check]:
    from app import main, settings
    from app.doctor import Check, examine
    from app.worker import broker
    from diffing.words import Refused

    try:
        read = settings.load(config)
    except Refused as refused:
        return [Check("settings", False, str(refused))]
    return examine(read, queue=broker.check, now=main.now)


def _show(checks: Iterable[Check]) -> bool:
    """Show each as soon as it is known."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    well = True
    for check in chain(checks):
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(width=9)
        table.add_column(overflow="fold")
        sign = Text("✓", style="green") if check.ok else Text("✗", style="bold red")
        table.add_row(sign, Text(check.name, style="bold"), Text(check.sentence))
        if check.mend:
            table.add_row("", "", Text(f"→ {check.mend}", style="yellow"))
        console.print(table)
        well = well and check.ok
    return well
