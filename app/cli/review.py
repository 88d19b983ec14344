"""Be `golddigger review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import Data, LogLevel, Port


def review(
    repository: Annotated[Path, typer.Argument(help="The git repository, or a folder in it.")] = Path(),
    artifact: Annotated[
        list[Path] | None,
        typer.Option(
            "--artifact", "-a", help="A folder or a zip of what the golden tests left behind; may be repeated."
        ),
    ] = None,
    change: Annotated[
        str | None,
        typer.Option("--change", help="The branch to review; the one that is checked out if not given."),
    ] = None,
    port: Port = None,
    data: Data = None,
    log_level: LogLevel = "warning",
) -> None:
    """Review the broken goldens of your own branch, on this machine.

    Compares what your golden tests left behind with the goldens on the branch, and serves the page on which you
    approve. What you approve is committed to the branch; files that you have not committed are never touched.

    For example:

        golddigger review --artifact test/failures
        golddigger review ../app --artifact failures.zip --change blue-buttons
    """
    from app import logs
    from app import review as reviewing

    if not artifact:
        raise typer.BadParameter("name what the golden tests left behind", param_hint="--artifact")
    logs.set_up(level=log_level)
    reviewing.review(repository, artifact, say=typer.echo, branch=change, port=port, data=data)
