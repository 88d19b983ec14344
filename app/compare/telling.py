"""Tell people on a terminal what came of comparing. Pure; the styles are for whoever prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.compare.findings import NO_BREAK_SPACE, grouped, plain, reason
from bots import sentences
from diffing.words import Comparison, Outcome

MOST = 40
"""So many rows are told; the reports hold all."""
_MOST_ALIKE = 3
_STYLES = {
    Outcome.CHANGED: "yellow",
    Outcome.ADDED: "green",
    Outcome.REMOVED: "red",
    Outcome.UNREADABLE: "magenta",
    Outcome.SAME: "green",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Some words in one style; empty where they have none."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def lines(found: Sequence[Comparison], *, left_out: int = 0, hint: str = "") -> Iterator[Line]:
    """Give the summary line by line: how many of what, then each change, and what was cut off.

    `hint`: where the rest is to be seen, for the end of "and 3 more"."""
    yield _counts(found)
    groups = grouped(found)
    cells = [_cells(members) for members in groups[:MOST]]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
    if cells:
        yield ()
    for members, row in zip(groups, cells, strict=False):
        yield _row(members[0].outcome, row, widths)
        for detail in _details(members):
            yield (Span(f"{' ' * widths[0]}  {detail}", "dim"),)
    if len(groups) > MOST:
        more = sum(len(members) for members in groups[MOST:])
        yield ()
        yield (Span(f"… and {more:,} more. {hint}"),)
    if left_out:
        things = "One thing was" if left_out == 1 else f"{left_out:,} things were"
        yield (Span(f"{things} left out: only files are compared, and no symbolic link is followed.", "dim"),)


def _counts(found: Sequence[Comparison]) -> Line:
    spans: list[Span] = [Span(f"{sentences.goldens(len(found))}: ")]
    for outcome in (Outcome.CHANGED, Outcome.ADDED, Outcome.REMOVED, Outcome.UNREADABLE, Outcome.SAME):
        if number := sum(each.outcome is outcome for each in found):
            spans += [Span(", ")] if len(spans) > 1 else []
            spans.append(Span(f"{number:,} {outcome}", _STYLES[outcome]))
    return tuple(spans)


def _cells(members: Sequence[Comparison]) -> tuple[str, str, str, str]:
    first = members[0]
    told = sentences.what(first) if first.outcome is Outcome.CHANGED else ""
    return str(first.outcome), plain(first.name), told, sentences.numbers(first).replace(NO_BREAK_SPACE, " ")


def _row(outcome: Outcome, row: Sequence[str], widths: Sequence[int]) -> Line:
    first, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return Span(first, _STYLES[outcome]), Span(("  " + "  ".join(rest)).rstrip())


def _details(members: Sequence[Comparison]) -> Iterator[str]:
    if why := reason(members[0]):
        yield plain(why)
    alike = members[1:]
    if alike:
        named = ", ".join(plain(each.name) for each in alike[:_MOST_ALIKE])
        more = f" and {len(alike) - _MOST_ALIKE:,} more" if len(alike) > _MOST_ALIKE else ""
        yield f"the same change in {named}{more}"
