"""Lay out folders to compare, and type the command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
from typer.testing import CliRunner

from app.cli import main
from tests.diffing import drawing
from tests.documents import ROOT

SCHEMA = jsonschema_rs.validator_for(json.loads((ROOT / "docs/compare.schema.json").read_text()))
PAID, OPEN = drawing.encoded(drawing.written("Paid")), drawing.encoded(drawing.written("Open"))
LARGER = drawing.encoded(drawing.written("Paid", (120, 80)))
AGAIN = drawing.encoded(drawing.written("Paid"), compress_level=1)
"""Other bytes, same pixels as PAID."""
HOSTILE = "<img src=x onerror=alert(1)>.png"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command came to."""

    code: int
    told: str
    complained: str

    @property
    def json(self) -> Any:
        """Read what it told as JSON, which is of the published shape."""
        report = json.loads(self.told)
        SCHEMA.validate(report)
        return report


def lay(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.mkdir(exist_ok=True)
    return folder


def compare(*words: object, env: Mapping[str, str] | None = None) -> Ended:
    """Type `golddigger compare` and what follows."""
    done = CliRunner().invoke(main, ["compare", *map(str, words)], env=env, prog_name="golddigger")
    return Ended(done.exit_code, done.stdout, done.stderr)


def outcomes(report: Any) -> dict[str, str]:
    """Give the outcomes of a JSON report by name."""
    return {each["name"]: each["outcome"] for each in report["comparisons"]}
