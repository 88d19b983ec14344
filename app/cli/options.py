"""Name the options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from app.settings import Settings

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
Grace = Annotated[
    float | None,
    typer.Option(
        "--grace",
        min=1,
        max=3600,
        help="Told to end (SIGTERM, Ctrl-C), do so within so many seconds; told twice, at once.  "
        "[default: GOLDDIGGER_STOP_SECONDS, 25]",
        show_default=False,
    ),
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


def with_grace(settings: Settings, grace: float | None) -> Settings:
    """Let the option go before the setting."""
    return settings if grace is None else settings.model_copy(update={"stop_seconds": grace})
