"""Read Roborazzi's JSON: what was drawn, for which golden. Hostile input: nothing is trusted.

Shapes by CaptureResult.kt and CaptureResults.kt: `results-summary.json` has a list `results`; beside it each
result has a file of its own, which is one such entry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from diffing.words import Refused

MOST_BYTES = 16 << 20
_MOST_CHARACTERS = 4096
_TYPES = frozenset({"added", "changed", "unchanged", "recorded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What Roborazzi says of one picture. Paths are absolute, as on CI's machine."""

    golden: str
    actual: str
    """What was drawn; empty where nothing was kept, because it is the golden."""
    new: bool


def read(content: bytes) -> list[Capture]:
    """Read a report; nothing where it is JSON, but not Roborazzi's. Refused where it cannot be read."""
    if len(content) > MOST_BYTES:
        raise Refused(f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise Refused("it is not JSON, or nested too deeply") from broken
    return [capture for entry in _entries(report) if (capture := _capture(entry)) is not None]


def _entries(report: object) -> Iterator[object]:
    if isinstance(report, dict) and isinstance(report.get("results"), list):
        yield from report["results"]
    else:
        yield report


def _capture(entry: object) -> Capture | None:
    if not isinstance(entry, dict) or entry.get("type") not in _TYPES or not _text(entry, "golden_file_path"):
        return None
    drawn = entry["type"] in ("added", "changed")
    golden, actual = _text(entry, "golden_file_path"), _text(entry, "actual_file_path")
    return Capture(golden=golden, actual=(actual or golden) if drawn else "", new=entry["type"] == "added")


def _text(entry: dict[object, object], key: str) -> str:
    """Give a text of a sensible length; empty for whatever else stands there."""
    text = entry.get(key)
    return text if isinstance(text, str) and len(text) <= _MOST_CHARACTERS else ""
