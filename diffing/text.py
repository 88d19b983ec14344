"""Compare texts by lines; the hunks are data for a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import zip_longest

from diffing.meaning import alike
from diffing.words import Difference, Kind, Outcome

_MOST_LINES = 4000
"""A longer part that differs is one hunk: finding its common lines would take too long."""
_MOST_SIGNS = 500
"""Longer lines are not marked within."""
_MOST_PAIRS = 10_000
"""Words of one line times words of the other; beyond it, all between their common ends is marked."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)

Opcode = tuple[str, int, int, int, int]
"""As of `difflib`: tag, first and last line of the golden, first and last line of the candidate."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line; `marked`: the line's other version has something else there."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk: its number from 1 in each version, None where it does not stand there."""

    golden: int | None
    candidate: int | None
    spans: tuple[Span, ...]

    @property
    def sign(self) -> str:
        """`-`, `+`, or a space, as in a unified diff."""
        return "-" if self.candidate is None else "+" if self.golden is None else " "


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changed lines with some unchanged ones around them, removed ones before added ones."""

    lines: tuple[Line, ...]

    @property
    def rows(self) -> tuple[tuple[Line | None, Line | None], ...]:
        """The same side by side: golden left, candidate right, None where a side has no line."""
        return tuple(_rows(self.lines))


def compare(golden: str, candidate: str) -> Difference:
    """Compare two texts of other bytes; `pixels` counts lines."""
    before, after = lines(golden), lines(candidate)
    changed = [op for op in _opcodes(before, after) if op[0] != "equal"]
    count = sum(max(i2 - i1, j2 - j1) for _, i1, i2, j1, j2 in changed)
    formatting = alike(golden, candidate) if changed else "Only line endings or the byte order mark differ."
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.FORMATTING_ONLY if formatting else Kind.CONTENT,
        pixels=count,
        ratio=count / max(len(before), len(after)),
        fingerprint=_fingerprint(before, after, changed) if changed else "",
        why=formatting or f"{count} {'line differs' if count == 1 else 'lines differ'}.",
    )


def lines(text: str) -> list[str]:
    """Cut a text into lines without their ends; nothing follows a last line end."""
    cut = _LINE_END.split(text)
    return cut[:-1] if len(cut) > 1 and not cut[-1] else cut


def hunks(golden: str, candidate: str, *, context: int = 3, most: int = 2000) -> tuple[Hunk, ...]:
    """Give the changed lines with `context` lines around them; at most about `most` lines in all."""
    before, after = lines(golden), lines(candidate)
    found, left = [], most
    for group in _groups(_opcodes(before, after), context):
        if left <= 0:
            break
        hunk = Hunk(tuple(_lines(before, after, group, left)))
        left -= len(hunk.lines)
        found.append(hunk)
    return tuple(found)


# ------------------------------------------------------------------------------------------- by lines


def _opcodes(before: list[str], after: list[str]) -> list[Opcode]:
    """Give difflib's opcodes; common lines at both ends are cut off first, which most changes are."""
    start, end = _ends(before, after)
    one, two = before[start : len(before) - end], after[start : len(after) - end]
    inner = [(tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in _inner(one, two)]
    head = [("equal", 0, start, 0, start)]
    tail = [("equal", len(before) - end, len(before), len(after) - end, len(after))]
    return [op for op in head + inner + tail if op[2] > op[1] or op[4] > op[3]]


def _ends(before: list[str], after: list[str]) -> tuple[int, int]:
    """Count what two lists share at their beginnings, and in the rest at their ends."""
    shortest = min(len(before), len(after))
    start = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    rest = shortest - start
    return start, next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)


def _inner(one: list[str], two: list[str]) -> list[Opcode]:
    if len(one) + len(two) > _MOST_LINES:
        return [("replace", 0, len(one), 0, len(two))]
    codes = SequenceMatcher(None, one, two, autojunk=True).get_opcodes()
    return [(tag, i1, i2, j1, j2) for tag, i1, i2, j1, j2 in codes]


def _groups(opcodes: list[Opcode], context: int) -> Iterator[list[Opcode]]:
    """Cut the opcodes where more than twice `context` lines are equal, and leave `context` at each end."""
    group: list[Opcode] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        first, length = not group, i2 - i1
        if not first and (i2 - i1 > 2 * context):
            yield [*group, (tag, i1, i1 + context, j1, j1 + context)]
            group, first = [], True
        keep = min(context, length) if first else length
        group.append((tag, i2 - keep, i2, j2 - keep, j2))
    if any(op[0] != "equal" for op in group):
        *inner, (tag, i1, i2, j1, j2) = group
        keep = min(context, i2 - i1) if tag == "equal" else i2 - i1
        yield [*inner, (tag, i1, i1 + keep, j1, j1 + keep if tag == "equal" else j2)]


def _lines(before: list[str], after: list[str], group: list[Opcode], most: int) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from (
                Line(i + 1, j + 1, (Span(before[i]),)) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            )
            continue
        olds, news = before[i1 : min(i2, i1 + most)], after[j1 : min(j2, j1 + most)]
        marked = [_marked(old, new) for old, new in zip(olds, news, strict=False)]
        lone = [(Span(text, marked=False),) for text in (olds[len(news) :] or news[len(olds) :])]
        left = [one for one, _ in marked] + (lone if len(olds) > len(news) else [])
        right = [two for _, two in marked] + (lone if len(news) > len(olds) else [])
        yield from (Line(i1 + n + 1, None, spans) for n, spans in enumerate(left))
        yield from (Line(None, j1 + n + 1, spans) for n, spans in enumerate(right))


def _rows(lines: tuple[Line, ...]) -> Iterator[tuple[Line | None, Line | None]]:
    olds: list[Line] = []
    news: list[Line] = []
    for line in lines:
        if line.sign == " " or (line.sign == "-" and news):
            yield from zip_longest(olds, news)
            olds, news = [], []
        if line.sign == " ":
            yield line, line
        else:
            (olds if line.sign == "-" else news).append(line)
    yield from zip_longest(olds, news)


def _marked(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Mark the words that two versions of a line do not share; nothing where they share little."""
    if max(len(old), len(new)) > _MOST_SIGNS:
        return (Span(old),), (Span(new),)
    one, two = _WORD.findall(old), _WORD.findall(new)
    codes = _words(one, two)
    if sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal") < 0.15 * (len(one) + len(two)):
        return (Span(old),), (Span(new),)
    left = ((tag, "".join(one[i1:i2])) for tag, i1, i2, _, _ in codes)
    right = ((tag, "".join(two[j1:j2])) for tag, _, _, j1, j2 in codes)
    return _spans(left), _spans(right)


def _words(one: list[str], two: list[str]) -> list[Opcode]:
    if len(one) * len(two) <= _MOST_PAIRS:
        codes = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
        return [(tag, i1, i2, j1, j2) for tag, i1, i2, j1, j2 in codes]
    start, end = _ends(one, two)
    i, j = len(one) - end, len(two) - end
    return [
        ("equal", 0, start, 0, start),
        ("replace", start, i, start, j),
        ("equal", i, len(one), j, len(two)),
    ]


def _spans(parts: Iterator[tuple[str, str]]) -> tuple[Span, ...]:
    return tuple(Span(text, tag != "equal") for tag, text in parts if text)


def _fingerprint(before: list[str], after: list[str], changed: list[Opcode]) -> str:
    total = sha256()
    for _, i1, i2, j1, j2 in changed:
        edit = [[*before[i1:i2]], [*after[j1:j2]]]
        total.update(json.dumps(edit).encode())
    return total.hexdigest()
