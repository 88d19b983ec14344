"""Read Playwright's JSON report: which file each try drew, for which golden. Hostile input: nothing is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diffing.words import Refused

MOST_BYTES = 16 * 1024 * 1024
_MISSING = re.compile(r"A snapshot doesn't exist at ([^\n\x1b]{1,1024})")
_MOST_CHARACTERS = 4096
_FAILED = frozenset({"unexpected", ""})
_ACTUAL, _EXPECTED = "-actual.", "-expected."

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What one try drew for one golden. Paths are absolute, as on CI's machine."""

    actual: str
    expected: str
    """The golden's path; empty where the report does not tell."""
    counts: bool
    """Did the test fail in the end, so that this is more than a flake?"""


@dataclass(frozen=True, slots=True)
class Report:
    """What of a report is of use: every shot, the tries of a test in their order, and where its tests lie."""

    shots: tuple[Shot, ...]
    tests: tuple[str, ...]


def read(content: bytes) -> Report | None:
    """Read a report; None where it is JSON, but not Playwright's. Refused where it cannot be read."""
    if len(content) > MOST_BYTES:
        raise Refused(f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise Refused("it is not JSON, or nested too deeply") from broken
    if not isinstance(report, dict) or not isinstance(report.get("suites"), list):
        return None
    root = _text(report.get("config"), "rootDir")
    return _report(report, root) if root else None


def _report(report: Row, root: str) -> Report:
    shots: list[Shot] = []
    tests: dict[str, None] = {}
    for spec in _specs(report):
        tests[f"{root}/{_text(spec, 'file')}"] = None
        for test in _rows(spec, "tests"):
            counts = _text(test, "status") in _FAILED
            for result in _rows(test, "results"):
                shots += _shots(result, counts)
    return Report(tuple(shots), tuple(tests))


def _specs(report: Row) -> Iterator[Row]:
    todo = _rows(report, "suites")[::-1]
    while todo:
        suite = todo.pop()
        yield from _rows(suite, "specs")
        todo += _rows(suite, "suites")[::-1]


def _shots(result: Row, counts: bool) -> Iterator[Shot]:
    """Give what one try drew: each `X-actual.png` with the `X-expected.png` attached before it."""
    paths = {_text(each, "name"): _text(each, "path") for each in _rows(result, "attachments")}
    missing = [path for error in _rows(result, "errors") for path in _missing(_text(error, "message"))]
    for name, actual in paths.items():
        stem, found, ending = name.rpartition(_ACTUAL)
        if found and actual:
            expected = paths.get(f"{stem}{_EXPECTED}{ending}") or _named(missing, stem)
            yield Shot(actual=actual, expected=expected, counts=counts)


def _missing(message: str) -> Iterator[str]:
    """Give the goldens that a message says are not there: `…, writing actual.` or just `.` follows them."""
    for match in _MISSING.finditer(message):
        yield match[1].removesuffix(".").removesuffix(", writing actual")


def _named(goldens: Sequence[str], stem: str) -> str:
    """Give the only golden named after an attachment; empty where none or several are."""
    file = re.split(r"[/\\]", stem)[-1]
    fitting = {golden for golden in goldens if re.split(r"[/\\]", golden)[-1].startswith(file)}
    return fitting.pop() if len(fitting) == 1 else ""


def _rows(value: Row, key: str) -> list[Row]:
    rows = value.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(value: object, key: str) -> str:
    """Give a text of a sensible length; empty for whatever else stands there."""
    text = value.get(key) if isinstance(value, dict) else None
    if not isinstance(text, str):
        return ""
    return text if key == "message" or len(text) <= _MOST_CHARACTERS else ""
