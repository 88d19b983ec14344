"""Make lines legible: write what cannot be seen, leave out the long middle. For pages and terminals only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from diffing import unseen
from diffing.intraline import Span
from diffing.text import Hunk, Line

_LONG = 1000
"""A longer line is shown in parts."""
_AROUND = 120
"""So many characters stand on either side of what is left out."""
_BLANKS = re.compile(r"[ \t]")
_TRAILING = re.compile(r"[ \t]+\Z")


def hunk(shown: Hunk) -> Hunk:
    """Make all lines of a hunk legible."""
    return Hunk(tuple(line(each) for each in shown.lines))


def line(shown: Line) -> Line:
    """Write each character that cannot be seen as a span of its own, and cut what is too long to be read.

    In a line that did not change, only what misleads is written: there a joined emoji is no news."""
    spans = tuple(_cut(shown))
    if shown.sign == " ":
        return replace(shown, spans=tuple(_written(spans, unseen.MISLEADING)))
    return replace(shown, spans=tuple(_with_blanks(tuple(_written(spans, unseen.UNSEEN)))))


def plain(text: str) -> str:
    """Write a text so that a terminal shows it and does nothing else: `‹ESC›` for an escape."""
    return unseen.MISLEADING.sub(lambda found: f"‹{unseen.short(found.group())}›", text)


def _cut(shown: Line) -> Iterator[Span]:
    if sum(len(span.text) for span in shown.spans) <= _LONG:
        yield from shown.spans
        return
    for span in shown.spans:
        left_out = len(span.text) - 2 * _AROUND
        if left_out <= _AROUND:
            yield span
            continue
        yield replace(span, text=span.text[:_AROUND])
        yield Span(f"… {left_out:,} characters …", span.marked, unseen="Left out. Open the file to see all of it.")
        yield replace(span, text=span.text[-_AROUND:])


def _written(spans: tuple[Span, ...], which: re.Pattern[str]) -> Iterator[Span]:
    for span in spans:
        if span.unseen:
            yield span
            continue
        at = 0
        for found in which.finditer(span.text):
            if found.start() > at:
                yield Span(span.text[at : found.start()], span.marked)
            yield Span(unseen.short(found.group()), span.marked, unseen.name(found.group()))
            at = found.end()
        if at < len(span.text) or not span.text:
            yield Span(span.text[at:], span.marked)


def _with_blanks(spans: tuple[Span, ...]) -> Iterator[Span]:
    """Write blanks where they may be the change: in a marked span of nothing else, and at the line's end."""
    for n, span in enumerate(spans):
        if span.unseen:
            yield span
        elif span.marked and span.text.strip(" \t") == "":
            yield from _dots(span.text, span.marked)
        elif n == len(spans) - 1 and (end := _TRAILING.search(span.text)):
            yield from [Span(span.text[: end.start()], span.marked)] if end.start() else []
            yield from _dots(end.group(), span.marked)
        else:
            yield span


def _dots(blanks: str, marked: bool) -> Iterator[Span]:
    for blank in _BLANKS.findall(blanks)[:200]:
        yield Span("·", marked, "space") if blank == " " else Span("→", marked, "tab")
