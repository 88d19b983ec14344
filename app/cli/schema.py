"""Be `golddigger schema`."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON Schema of `.golddigger.yml`, for editors and validators.

    For example:

        golddigger schema > golddigger.schema.json
    """
    from diffing import config_schema

    typer.echo(json.dumps(config_schema.schema(), indent=2, ensure_ascii=False))
