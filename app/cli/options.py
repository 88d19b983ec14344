"""Name the options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="GOLDDIGGER_CONFIG",
        help="A TOML file with settings; the environment goes before it.",
        show_default=False,
    ),
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"], typer.Option("--log-level", help="How much to log.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Where to keep what is decided.", show_default=False, file_okay=False),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", "-p", min=1, max=65535, help="The page's port; a free one if not given.", show_default=False
    ),
]
