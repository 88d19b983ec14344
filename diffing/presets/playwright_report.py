"""Read Playwright's JSON report: which file each try drew, for which golden. Hostile input: nothing is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diffing.presets import reports

_MISSING = re.compile(r"A snapshot doesn't exist at ([^\n\x1b]{1,1024})")
_MOST_CHARACTERS = 4096
_MOST_NEW = 200
"""Goldens that one try may say are not there; of more, none is looked for by its name."""
_MERGED = re.compile(r"(?:^|[/\\])(?:resources|data)[/\\][0-9a-f]{40}\.\w+\Z")
_TEST = re.compile(r"(?:\.(?:spec|test))?\.[cm]?[jt]sx?\Z")
_UNSAFE = re.compile(r"[\x00-\x2c\x2e\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")
"""What Playwright writes as a dash (sanitizeForFilePath)."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FAILED = frozenset({"unexpected", ""})
_ACTUAL, _EXPECTED = "-actual.", "-expected."

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What one try drew for one golden. Paths are absolute, as on CI's machine."""

    actual: str
    own: str
    """What the test calls it, as an attachment: `home-actual.png`."""
    test: str
    """A folder's name as Playwright gives one to what a test of this file and project drew."""
    expected: str
    """The golden's path; empty where the report does not tell."""
    copy: str = ""
    """The golden's copy, where every file has a hash for its name: in merged reports and in the HTML report."""
    counts: bool
    """Did the test fail in the end, so that this is more than a flake?"""


@dataclass(frozen=True, slots=True)
class Report:
    """What of a report is of use: every shot, the tries of a test in their order, and where its tests lie."""

    shots: tuple[Shot, ...]
    tests: tuple[str, ...]
    undrawn: tuple[str, ...] = ()
    """Goldens that are not there yet, of which Playwright kept no file either."""
    described: bool = False
    """Did an aria golden differ? Playwright keeps no file of what it saw there."""


def read(content: bytes) -> Report | None:
    """Read a report; None where it is JSON, but not Playwright's. Refused where it cannot be read."""
    report = reports.load(content)
    if not isinstance(report, dict) or not isinstance(report.get("suites"), list):
        return None
    root = _text(report.get("config"), "rootDir")
    return _report(report, root) if root else None


def _report(report: Row, root: str) -> Report:
    shots: list[Shot] = []
    tests: dict[str, None] = {}
    errors: list[str] = []
    for spec in _specs(report):
        file = _text(spec, "file")
        tests[f"{root}/{file}"] = None
        for test in _rows(spec, "tests"):
            counts = _text(test, "status") in _FAILED
            folder = _folder(file, _text(test, "projectName"))
            for result in _rows(test, "results"):
                shots += _shots(result, folder, counts)
                errors += _errors(result) if counts else []
    return Report(tuple(shots), tuple(tests), _undrawn(errors, shots), any(map(_is_of_aria, errors)))


def of_page(report: object) -> Report | None:
    """Read what the HTML report's page holds: the same tests, in another shape and without their errors."""
    if not isinstance(report, dict) or not isinstance(report.get("files"), list):
        return None
    shots: list[Shot] = []
    for test in (test for file in _rows(report, "files") for test in _rows(file, "tests")):
        counts = _text(test, "outcome") in _FAILED
        folder = _folder(_text(test.get("location"), "file"), _text(test, "projectName"))
        for result in _rows(test, "results"):
            shots += _shots(result, folder, counts)
    return Report(tuple(shots), ())


def _specs(report: Row) -> Iterator[Row]:
    todo = _rows(report, "suites")[::-1]
    while todo:
        suite = todo.pop()
        yield from _rows(suite, "specs")
        todo += _rows(suite, "suites")[::-1]


def _folder(file: str, project: str) -> str:
    """Name a folder as Playwright does, with a sign for the test's title that no title leaves in it."""
    named, of_project = (_UNSAFE.sub("-", each) for each in (_TEST.sub("", file), project))
    return f"{named}-\0-{of_project}" if of_project else f"{named}-\0"


def _shots(result: Row, test: str, counts: bool) -> Iterator[Shot]:
    """Give what one try drew: each `X-actual.png` with the `X-expected.png` attached before it."""
    paths = {_text(each, "name"): _text(each, "path") for each in _rows(result, "attachments")}
    missing = [path for message in _errors(result)[:_MOST_NEW] for path in _missing(message)][:_MOST_NEW]
    for name, actual in paths.items():
        stem, found, ending = name.rpartition(_ACTUAL)
        if found and actual:
            attached = paths.get(f"{stem}{_EXPECTED}{ending}", "")
            copy = attached if _MERGED.search(attached) else ""
            expected = attached if attached and not copy else _named(missing, stem, ending)
            yield Shot(
                actual=actual, own=name.replace("\\", "/"), test=test, expected=expected, copy=copy, counts=counts
            )


def _missing(message: str) -> Iterator[str]:
    """Give the goldens that a message says are not there: `…, writing actual.` or just `.` follows them."""
    for match in _MISSING.finditer(message):
        yield match[1].removesuffix(".").removesuffix(", writing actual")


def _named(goldens: Sequence[str], stem: str, ending: str) -> str:
    """Give the only golden named after an attachment; empty where none or several are."""
    file = _file(stem)
    fitting = {golden for golden in goldens if _file(golden).startswith(file) and golden.endswith(f".{ending}")}
    own = {golden for golden in fitting if _file(golden)[len(file) :].startswith(("-", "."))} or fitting
    return own.pop() if len(own) == 1 else ""


def _undrawn(errors: Sequence[str], shots: Sequence[Shot]) -> tuple[str, ...]:
    drawn = {shot.expected for shot in shots}
    return tuple(dict.fromkeys(path for error in errors for path in _missing(error) if path not in drawn))


def _is_of_aria(error: str) -> bool:
    """Does a message say in its first line that an aria golden differs? Further down it shows the test's code."""
    return ".toMatchAriaSnapshot(" in _COLOURS.sub("", error.partition("\n")[0][:_MOST_CHARACTERS])


def _errors(result: Row) -> list[str]:
    return [_text(error, "message") for error in _rows(result, "errors")]


def _file(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _rows(value: Row, key: str) -> list[Row]:
    rows = value.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _text(value: object, key: str) -> str:
    """Give a text of a sensible length; empty for whatever else stands there."""
    text = value.get(key) if isinstance(value, dict) else None
    if not isinstance(text, str):
        return ""
    return text if key == "message" or len(text) <= _MOST_CHARACTERS else ""
