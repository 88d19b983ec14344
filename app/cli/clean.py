"""Be `golddigger clean`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Config, LogLevel

if TYPE_CHECKING:
    from app.flow.disposal import Done

_WORDS = {
    "changes": ("change", "changes"),
    "runs": ("run", "runs"),
    "rows": ("row", "rows"),
    "deliveries": ("delivery", "deliveries"),
    "files": ("file", "files"),
}


def clean(
    config: Config = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go now. Nothing is deleted.")
    ] = False,
    orphans: Annotated[
        bool,
        typer.Option("--orphans", help="Look through the whole storage, too, for files that no row knows."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say it as JSON.")] = False,
    log_level: LogLevel = "warning",
) -> None:
    """Delete what is kept long enough: runs, pictures, what forges delivered. Never who decided what.

    Every process that works does the same once an hour, so this is for looking, or for having it at once. A file
    goes a day after the last row that needed it: a run that is compared just now may need it too.

    For example:

        golddigger clean --dry-run
    """
    from app import logs, main, settings

    logs.set_up(level=log_level)
    read = settings.load(config)
    total = _watched(main.foresee_cleaning(read) if dry_run else main.clean(read, orphans=orphans))
    typer.echo(json.dumps(asdict(total)) if as_json else _sentence(total, dry_run=dry_run))


def _watched(steps: Iterator[Done]) -> Done:
    """Go through all steps, showing on a terminal how far that is."""
    from rich.console import Console

    from app.flow.disposal import Done

    total = Done()
    console = Console(stderr=True)
    with console.status("Looking what is over …") as status:
        for done in steps:
            total += done
            status.update(f"{total.runs:,} runs, {total.rows:,} rows, {total.files:,} files …")
    return total


def _sentence(total: Done, *, dry_run: bool) -> str:
    counts = {name: getattr(total, name) for name in _WORDS}
    told = [f"{count:,} {_WORDS[name][count != 1]}" for name, count in counts.items() if count]
    size = f", {_size(total.bytes)} in all" if total.bytes else ""
    found = f" {total.orphans:,} files of which no row knows go in a day." if total.orphans else ""
    if not told:
        return f"Nothing {'would go' if dry_run else 'was over'}.{found}"
    return f"{', '.join(told)}{size}: {'so much would go' if dry_run else 'deleted'}.{found}"


def _size(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
