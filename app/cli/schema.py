"""Be `golddigger schema`."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer


def schema(
    which: Annotated[
        Literal["config", "compare"],
        typer.Argument(help="Of the configuration, or of what `golddigger compare --json` writes."),
    ] = "config",
) -> None:
    """Print the JSON Schema of `.golddigger.yml`, for editors and validators, or of the report of `compare`.

    An editor that is given it completes what you write, and marks what is wrong.

    For example:

        golddigger schema > golddigger.schema.json
        golddigger schema compare > compare.schema.json
    """
    from app.compare import json_schema
    from diffing import config_schema

    drawn = json_schema.schema() if which == "compare" else config_schema.schema()
    typer.echo(json.dumps(drawn, indent=2, ensure_ascii=False))
