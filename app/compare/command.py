"""Carry out `golddigger compare`, from what was asked for to the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.compare import findings, pairs, places, rulebook, running, telling
from app.compare.pairs import Pairs
from app.compare.rulebook import Asked
from app.compare.running import Keep, Told
from app.compare.telling import Line
from diffing.words import Comparison

STANDARD_OUTPUT = Path("-")
Write = Callable[[str], None]
Tell = Callable[[Line], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asked for."""

    expected: Path
    actual: Path
    rules: Asked
    configuration: Path | None
    reports: Mapping[str, Path]
    """By its option, where each report is to be written."""
    workers: int | None
    """As many as there are cores where it is None."""


def compare(order: Order, *, write: Write, tell: Tell, watch: bool) -> int:
    """Compare, report, and give the exit code. `write` takes what goes to standard output, `tell` the summary.

    Raises Refused or Unavailable, in words, where it could not be compared or not be reported."""
    files = {option: place for option, place in order.reports.items() if place != STANDARD_OUTPUT}
    places.check(files, (order.expected, order.actual))
    paired = pairs.pair(order.expected, order.actual)
    found = _found(order, paired, watch=watch)
    _report(order, found, write)
    for line in telling.lines(found, left_out=paired.left_out, hint=_hint(order)):
        tell(line)
    return findings.ending(found)


def _found(order: Order, paired: Pairs, *, watch: bool) -> list[Comparison]:
    goldens = order.expected if order.expected.is_dir() else order.expected.parent
    book = rulebook.write(order.rules, order.configuration, goldens)
    keeping, finish = _keeping(order, paired)
    with _watched(len(paired.files), watch=watch) as told:
        found = running.compare(paired.files, book, workers=_workers(order, paired), keep=keeping, told=told)
    found = findings.unite(found)
    finish(found)
    return found


def _workers(order: Order, paired: Pairs) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(order.workers or cores, len(paired.files)))


def _keeping(order: Order, paired: Pairs) -> tuple[list[Keep], Callable[[list[Comparison]], None]]:
    """Give what keeps files while they are at hand, and what is to be done when all are compared."""
    keeping: list[Keep] = []
    finish: Callable[[list[Comparison]], None] = _nothing
    if folder := order.reports.get("--diff"):
        from app.compare.pictures import Pictures

        keeping.append(Pictures(folder, [each.name for each in paired.files]).keep)
    if folder := order.reports.get("--html"):
        from app.compare.page import Page

        page = Page(folder, findings.plain(f"{order.expected} → {order.actual}"))
        keeping.append(page.keep)
        finish = page.write
    return keeping, finish


def _nothing(found: list[Comparison]) -> None:
    """Be done."""


def _report(order: Order, found: list[Comparison], write: Write) -> None:
    if file := order.reports.get("--json"):
        from app.compare import report_json

        if file == STANDARD_OUTPUT:
            write("".join(report_json.lines(found)))
        else:
            places.write(file, report_json.lines(found))
    if file := order.reports.get("--junit"):
        from app.compare import junit

        places.write(file, junit.lines(found))
    if file := order.reports.get("--reg-json"):
        from app.compare import reg_json

        folders = reg_json.Folders(order.expected, order.actual, order.reports.get("--diff"))
        places.write(file, [reg_json.text(found, file, folders)])


def _hint(order: Order) -> str:
    given = (order.reports.get(option) for option in ("--html", "--json"))
    where = [str(place) for place in given if place and place != STANDARD_OUTPUT]
    return f"See {where[0]}." if where else "`--html FOLDER` shows them all, `--json FILE` lists them."


@contextmanager
def _watched(total: int, *, watch: bool) -> Iterator[Told]:
    """Show how far it is, on a terminal; on standard error, which is nobody's file."""
    if not (watch and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Comparing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
