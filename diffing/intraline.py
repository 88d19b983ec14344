"""Mark within two versions of a line what they do not share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from diffing.aligning import Budget, Opcode, opcodes

_MOST_SIGNS = 50_000
"""Longer lines are not marked within."""
_LEAST_SHARED = 0.3
"""Lines that share less of what is no blank are two lines, not two versions of one."""
_WORD = re.compile(r"[^\W\d_]+|\d+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a line; `marked`: the line's other version has something else there."""

    text: str
    marked: bool = False
    unseen: str = ""
    """What the text stands for, where it is written in place of something that nobody would see."""


Spans = tuple[Span, ...]


def marked(old: str, new: str, budget: Budget) -> tuple[Spans, Spans]:
    """Mark the words that two versions of a line do not share; nothing where they share little."""
    if max(len(old), len(new)) > _MOST_SIGNS:
        return (Span(old),), (Span(new),)
    one, two = _WORD.findall(old), _WORD.findall(new)
    codes = opcodes(one, two, budget)
    shared = sum(_weight(one[i1:i2]) for tag, i1, i2, _, _ in codes if tag == "equal")
    if shared < _LEAST_SHARED * max(_weight(one), _weight(two)):
        return (Span(old),), (Span(new),)
    codes = _without_islands(one, codes)
    left = (("".join(one[i1:i2]), tag != "equal") for tag, i1, i2, _, _ in codes)
    right = (("".join(two[j1:j2]), tag != "equal") for tag, _, _, j1, j2 in codes)
    return _spans(left), _spans(right)


def _weight(words: Iterable[str]) -> int:
    return sum(len(word) for word in words if not word.isspace())


def _without_islands(one: list[str], codes: list[Opcode]) -> list[Opcode]:
    """Call a lone blank between two changes changed too: a phrase was replaced, not each of its words."""
    inner = range(1, len(codes) - 1)
    island = {n for n in inner if codes[n][0] == "equal" and "".join(one[codes[n][1] : codes[n][2]]) == " "}
    return [("replace", *code[1:]) if n in island else code for n, code in enumerate(codes)]


def _spans(parts: Iterable[tuple[str, bool]]) -> Spans:
    together = groupby((part for part in parts if part[0]), key=lambda part: part[1])
    return tuple(Span("".join(text for text, _ in run), changed) for changed, run in together)
