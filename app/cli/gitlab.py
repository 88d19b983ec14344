"""Be `golddigger gitlab connect`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Config
from diffing.words import Refused

gitlab = typer.Typer(
    name="gitlab", help="Set up a project or group on GitLab.", no_args_is_help=True, rich_markup_mode="markdown"
)


@gitlab.callback()
def _gitlab() -> None:
    """Set up a project or group on GitLab."""


@gitlab.command()
def connect(
    where: Annotated[
        str,
        typer.Argument(
            metavar="PROJECT_OR_GROUP", help="Its path, its whole address, or its id.", show_default=False
        ),
    ],
    *,
    token: Annotated[
        str,
        typer.Option(
            envvar="GITLAB_TOKEN",
            help="Of a Maintainer (a group: an Owner), to make the webhook with. Not kept. Without it: the bot's.",
            show_default=False,
            show_envvar=True,
        ),
    ] = "",
    server: Annotated[
        str,
        typer.Option(
            help="Which GitLab, where the settings name several: its host. An address says it too.",
            show_default=False,
        ),
    ] = "",
    config: Config = None,
) -> None:
    """Make or check the webhook of a project or group, and say what the bot can and cannot do there.

    The bot's token and the webhook's secret come from the settings: GOLDDIGGER_GITLAB_TOKEN and
    GOLDDIGGER_GITLAB_WEBHOOK_SECRET, or the [[gitlab]] table that has the group. Ends with 1 where something needs
    mending.

    For example:

        golddigger gitlab connect acme/app
        golddigger gitlab connect https://gitlab.example.org/acme/app
    """
    from app import logs, main, settings
    from bots.gitlab.limits import Unproven

    logs.set_up(level="error")
    well, spoken = True, False
    try:
        for sentence in main.connect_gitlab(settings.load(config), where, token, server):
            typer.echo(f"{'✗' if sentence.mend else '✓'} {sentence.said}")
            if sentence.mend:
                typer.echo(f"  → {sentence.mend}")
            well, spoken = well and not sentence.mend, True
    except Unproven as unproven:  # what is said first is said of the bot's token
        whose = "your own: --token, or GITLAB_TOKEN" if token and spoken else "the bot's: GOLDDIGGER_GITLAB_TOKEN"
        why = f"GitLab does not take a token (401): it expired or was revoked. It is {whose}."
        raise Refused(why) from unproven
    raise typer.Exit(0 if well else 1)
