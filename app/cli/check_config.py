"""Be `golddigger check-config`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from diffing.config import Config


def check_config(
    file: Annotated[Path, typer.Argument(help="The configuration to check.", show_default=True)] = Path(
        ".golddigger.yml"
    ),
) -> None:
    """Check a `.golddigger.yml`, and point at every mistake with line, column and what was probably meant.

    Golddigger reads the one on the base branch; this looks at the one in front of you. Ends with 1 on a mistake.

    For example:

        golddigger check-config
        golddigger check-config ../app/.golddigger.yml
    """
    from diffing import config
    from diffing.mistakes import Misconfigured

    try:
        read = config.read(file.read_bytes())
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}.", err=True)
        raise typer.Exit(1) from error
    except Misconfigured as wrong:
        for each in wrong.mistakes:
            typer.echo(f"{file}: {each}", err=True)
        raise typer.Exit(1) from wrong
    typer.echo(f"{file}: {_told(read)}")


def _told(read: Config) -> str:
    named = ", ".join(f"{suite.name} ({suite.preset})" for suite in read.suites)
    number = "one suite" if len(read.suites) == 1 else f"{len(read.suites)} suites"
    return f"{number}: {named}." if named else "no suites, so the presets are recognised by what CI keeps."
