"""Be the command `golddigger`: one file a command, and no traceback for what a person can mend."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.cli.check_config import check_config
from app.cli.clean import clean
from app.cli.compare import compare
from app.cli.demo import demo
from app.cli.doctor import doctor
from app.cli.gitlab import gitlab
from app.cli.invite import invite
from app.cli.jobs import jobs
from app.cli.migrate import migrate
from app.cli.review import review
from app.cli.schema import schema
from app.cli.serve import serve
from app.cli.sweep import sweep
from app.cli.worker import worker
from diffing.words import Refused, Unavailable


class _Commands(TyperGroup):
    """Tells people in a sentence what was refused, and ends with 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (Refused, Unavailable) as why:
            typer.echo(f"golddigger: {why}", err=True)
            raise typer.Exit(1) from why


main = typer.Typer(
    cls=_Commands,
    name="golddigger",
    help="The bot that explains broken golden files on a pull request and commits the approved ones.",
    epilog="Begin with: golddigger demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_TRY, _RUN, _LOOK = "Try it here", "Run it as a server", "Look into it"
main.command(rich_help_panel=_TRY)(demo)
main.command(rich_help_panel=_TRY)(review)
main.command(rich_help_panel=_TRY)(compare)
main.command(rich_help_panel=_RUN)(serve)
main.command(rich_help_panel=_RUN)(worker)
main.command(rich_help_panel=_RUN)(migrate)
main.command(rich_help_panel=_RUN)(sweep)
main.command(rich_help_panel=_RUN)(clean)
main.add_typer(jobs, rich_help_panel=_RUN)
main.command(rich_help_panel=_RUN)(invite)
main.add_typer(gitlab, rich_help_panel=_RUN)
main.command(rich_help_panel=_LOOK)(doctor)
main.command("check-config", rich_help_panel=_LOOK)(check_config)
main.command(rich_help_panel=_LOOK)(schema)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"golddigger {version('golddigger')}")
        raise typer.Exit


@main.callback()
def _root(
    *,
    version_: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Take the options that belong to no command."""
