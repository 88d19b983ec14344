"""Be `golddigger jobs`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import Config
from diffing.words import Refused

if TYPE_CHECKING:
    from app.main import Backlog
    from storage.backlog import Entry

_WIDE = 160
jobs = typer.Typer(
    name="jobs",
    invoke_without_command=True,
    rich_markup_mode="markdown",
)

Json = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Kind = Annotated[
    str,
    typer.Option("--kind", help="Only these: ingest, compare, publish or approve.", show_default=False),
]


@jobs.callback()
def list_(
    context: typer.Context,
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    kind: Kind = "",
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="So many of them.")] = 50,
    after: Annotated[
        str, typer.Option("--after", help="Those after this one: the last of what you saw.", show_default=False)
    ] = "",
    json_: Json = False,
    config: Config = None,
) -> None:
    """List the jobs that are not done, the newest first, and try again those that were given up.

    A job is *waiting*, *running*, *retrying* (it was tried, and put off) or *dead* (it was given up). The list
    comes from the database, which is the truth; messages in the queue are copies, and may be lost.

    For example:

        golddigger jobs
        golddigger jobs --dead --kind approve
        golddigger jobs show compare:2Zk1n0VqT5aGx8Lw
        golddigger jobs retry compare:2Zk1n0VqT5aGx8Lw
        golddigger jobs retry --all
    """
    if context.invoked_subcommand is not None:
        return
    from app import logs, main, settings

    logs.set_up(level="error")
    with main.backlog(settings.load(config)) as found:
        entries = found.page(most=most, kinds=_kinds(kind), dead=[True] if dead else [True, False], after=after)
        if json_:
            typer.echo(json.dumps({"jobs": [_said(each) for each in entries], "queue": found.queue()}, indent=2))
            return
        _show(entries, found, none="No job was given up." if dead else "Every job is done.")
        if len(entries) == most:
            typer.echo(f"There may be more: golddigger jobs --after {entries[-1].id}")


@jobs.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As the list has it.", show_default=False)],
    *,
    json_: Json = False,
    config: Config = None,
) -> None:
    """Show all that is known of a job that is not done."""
    from app import logs, main, settings

    logs.set_up(level="error")
    with main.backlog(settings.load(config)) as found:
        said = _said(found.find(id_))
    if json_:
        typer.echo(json.dumps(said, indent=2))
        return
    for name, value in said.items():
        typer.echo(f"{name + ':':9}{'' if value is None else value}")


@jobs.command()
def retry(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As the list has them.", show_default=False)
    ] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
    kind: Kind = "",
    config: Config = None,
) -> None:
    """Try again jobs that were given up, or put off: at once, and as if for the first time.

    To do so twice does no harm. An approval is only carried out on the head that was looked at.
    """
    from app import logs, main, settings

    if bool(ids) == all_:
        raise Refused("Name the jobs to try again, or give --all. `golddigger jobs --dead` lists those given up.")
    logs.set_up(level="error")
    with main.backlog(settings.load(config)) as found:
        chosen = found.given_up(kinds=_kinds(kind)) if all_ else [found.find(each) for each in ids or ()]
        count = sum(found.retry(each) for each in chosen)
        typer.echo(f"{count} of {len(chosen)} jobs are tried again{found.when()}.")


def _kinds(kind: str) -> tuple[str, ...]:
    from storage.backlog import KINDS

    if kind and kind not in KINDS:
        raise Refused(f"{kind} is no kind of job. There are {', '.join(KINDS)}.")
    return (kind,) if kind else KINDS


def _said(entry: Entry) -> dict[str, Any]:
    """Give what is told of a job: no body, and nothing that looks like a key."""
    from app.logs import redact

    return {
        "id": entry.id,
        "state": entry.state.value,
        "host": entry.host,
        "repo": entry.repo,
        "change": entry.number,
        "about": redact(_plain(entry.about)),
        "since": entry.since.isoformat(timespec="seconds"),
        "tries": entry.tries,
        "due": entry.due_at.isoformat(timespec="seconds") if entry.due_at else None,
        "why": redact(_plain(entry.why)),
    }


def _plain(text: str) -> str:
    """Write what steers a terminal as a space: titles and reasons come from outside."""
    return "".join(each if each.isprintable() else " " for each in text)


def _show(entries: list[Entry], found: Backlog, *, none: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table("job", "state", "of", "since", "tries", "why", box=None, pad_edge=False)
    for each in map(_said, entries):
        where = f"{each['repo']} {each['change']}".strip() or f"{each['host']} {each['about']}"
        why = each["why"][:_WIDE] + (f" (again at {each['due']})" if each["due"] else "")
        row = (each["id"], each["state"], where, each["since"], str(each["tries"]), why)
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    console.print(table if entries else Text(none))
    for name, depth in found.queue().items():
        told = ", ".join(f"{count} {what}" for what, count in depth.items() if count is not None)
        console.print(Text(f"queue {name}: {told}", style="dim"))
