"""Compare texts by lines; the hunks are data for a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest

from diffing import intraline, likeness
from diffing.aligning import Budget, Opcode, opcodes
from diffing.intraline import Span
from diffing.meaning import alike
from diffing.words import Difference, Kind, Outcome

_LINE_END = re.compile(r"\r\n|\r|\n")
_NO_END = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a hunk: its number from 1 in each version, None where it does not stand there."""

    golden: int | None
    candidate: int | None
    spans: tuple[Span, ...]
    lone: bool = False
    """Of a changed line: has it no other version beside it?"""

    @property
    def sign(self) -> str:
        """`-`, `+`, or a space, as in a unified diff."""
        return "-" if self.candidate is None else "+" if self.golden is None else " "

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changed lines with some unchanged ones around them; removed ones before what they became."""

    lines: tuple[Line, ...]

    @property
    def rows(self) -> tuple[tuple[Line | None, Line | None], ...]:
        """The same side by side: golden left, candidate right, None where a side has no line."""
        return tuple(_rows(self.lines))


def compare(golden: str, candidate: str, remark: str = "") -> Difference:
    """Compare two texts of other bytes; `pixels` counts lines. `remark`: a sentence on what is no text in them."""
    before, after = lines(golden), lines(candidate)
    changed = [op for op in opcodes(before, after, Budget()) if op[0] != "equal"]
    count = sum(max(i2 - i1, j2 - j1) for _, i1, i2, j1, j2 in changed)
    formatting = alike(golden, candidate) if changed else ""
    if not changed:
        formatting = likeness.ends(golden, candidate) or "Only the byte order mark differs."
    said = f"{count} {'line differs' if count == 1 else 'lines differ'}."
    seen = "" if formatting else likeness.remark(golden, candidate)
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.FORMATTING_ONLY if formatting else Kind.CONTENT,
        pixels=count,
        ratio=count / max(len(before), len(after)),
        fingerprint=_fingerprint(before, after, changed) if changed else "",
        why=" ".join(part for part in (formatting or said, seen, remark) if part),
    )


def lines(text: str) -> list[str]:
    """Cut a text into lines without their ends; nothing follows a last line end."""
    cut = _LINE_END.split(text)
    return cut[:-1] if len(cut) > 1 and not cut[-1] else cut


def hunks(golden: str, candidate: str, *, context: int = 3, most: int = 2000) -> tuple[Hunk, ...]:
    """Give the changed lines with `context` lines around them; at most about `most` lines in all."""
    before, after = lines(golden), lines(candidate)
    budget = Budget()
    found, left = [], most
    for group in _groups(opcodes(before, after, budget), context):
        if left <= 0:
            break
        hunk = Hunk(tuple(_lines(before, after, group, left, budget)))
        left -= len(hunk.lines)
        found.append(hunk)
    return tuple(found)


def unified(
    golden: str, candidate: str, *, names: tuple[str, str] = ("golden", "candidate"), context: int = 3
) -> str:
    """Write a unified diff that `patch` and `git apply` read; empty where no line differs.

    Line ends are written as LF. It is for files: a terminal wants `legible.plain` around it."""
    before, after = lines(golden), lines(candidate)
    groups = list(_groups(opcodes(before, after, Budget()), context))
    if not groups:
        return ""
    ends = tuple(text.endswith(("\n", "\r")) or not text for text in (golden, candidate))
    written = [f"--- {names[0]}", f"+++ {names[1]}"]
    for group in groups:
        written += _unified(before, after, group, (ends[0], ends[1]))
    return "\n".join(written) + "\n"


# ------------------------------------------------------------------------------------------- by lines


def _groups(codes: list[Opcode], context: int) -> Iterator[list[Opcode]]:
    """Cut the opcodes where more than twice `context` lines are equal, and leave `context` at each end."""
    group: list[Opcode] = []
    for tag, i1, i2, j1, j2 in codes:
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


def _lines(before: list[str], after: list[str], group: list[Opcode], most: int, budget: Budget) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from (
                Line(i + 1, j + 1, (Span(before[i]),)) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            )
            continue
        olds, news = before[i1 : min(i2, i1 + most)], after[j1 : min(j2, j1 + most)]
        yield from _changed(olds, news, i1 + 1, j1 + 1, budget)


def _changed(olds: list[str], news: list[str], first: int, first_new: int, budget: Budget) -> Iterator[Line]:
    """Give removed and added lines: what became what beside each other, what has no other version alone."""
    at, at_new, left, right = 0, 0, list[Line](), list[Line]()
    for i, j in [*intraline.pairs(olds, news, budget), (len(olds), len(news))]:
        if i > at or j > at_new:
            yield from (*left, *right)
            left, right = [], []
        yield from (Line(first + n, None, (Span(olds[n]),), lone=True) for n in range(at, i))
        yield from (Line(None, first_new + n, (Span(news[n]),), lone=True) for n in range(at_new, j))
        if i < len(olds) and j < len(news):
            one, two = intraline.marked(olds[i], news[j], budget)
            left.append(Line(first + i, None, one))
            right.append(Line(None, first_new + j, two))
        at, at_new = i + 1, j + 1
    yield from (*left, *right)


def _rows(lines: tuple[Line, ...]) -> Iterator[tuple[Line | None, Line | None]]:
    olds: list[Line] = []
    news: list[Line] = []
    for line in lines:
        if line.sign == " " or line.lone or (line.sign == "-" and news):
            yield from zip_longest(olds, news)
            olds, news = [], []
        if line.sign == " ":
            yield line, line
        elif line.lone:
            yield (line, None) if line.sign == "-" else (None, line)
        else:
            (olds if line.sign == "-" else news).append(line)
    yield from zip_longest(olds, news)


def _unified(before: list[str], after: list[str], group: list[Opcode], ends: tuple[bool, bool]) -> Iterator[str]:
    (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
    yield f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@"
    for tag, a1, a2, b1, b2 in group:
        both = tag == "equal"
        for at in range(a1, a2):
            yield f"{' ' if both else '-'}{before[at]}"
            if at == len(before) - 1 and not ends[0]:
                yield _NO_END
        for at in range(b1, b2) if not both else ():
            yield f"+{after[at]}"
            if at == len(after) - 1 and not ends[1]:
                yield _NO_END


def _range(first: int, last: int) -> str:
    """Write a range of lines as a unified diff does: an empty one stands behind the line before it."""
    length = last - first
    return f"{first + 1}" if length == 1 else f"{first + 1 if length else first},{length}"


def _fingerprint(before: list[str], after: list[str], changed: list[Opcode]) -> str:
    total = sha256()
    for _, i1, i2, j1, j2 in changed:
        edit = [[*before[i1:i2]], [*after[j1:j2]]]
        total.update(json.dumps(edit).encode())
    return total.hexdigest()
