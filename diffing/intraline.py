"""Mark within two versions of a line what they do not share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from diffing.aligning import Budget, Opcode, opcodes

_MOST_SIGNS = 50_000
"""Longer lines are not marked within."""
_LEAST_SHARED = 0.3
"""Lines that share less of what is no blank are two lines, not two versions of one."""
_STEPS_A_WORD = 100
"""Counting a word takes about so many times as long as comparing one."""
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


def pairs(olds: Sequence[str], news: Sequence[str], budget: Budget) -> list[tuple[int, int]]:
    """Say which removed line became which added one: as much alike as can be, in order; each at most once.

    Where that would take long they are paired as they come."""
    words = [[Counter(_WORD.findall(line)) for line in side] for side in (olds, news)]
    longest = max((len(each) for side in words for each in side), default=0)
    if not budget.spend(_STEPS_A_WORD * len(olds) * len(news) * (longest + 10)):
        return [(n, n) for n in range(min(len(olds), len(news)))]
    alike = [[_likeness(one, two) for two in words[1]] for one in words[0]]
    best = _best(alike, len(news))
    found, i, j = list[tuple[int, int]](), 0, 0
    while i < len(olds) and j < len(news):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(one: Counter[str], two: Counter[str]) -> float:
    """Say how much two lines share of what is no blank, 0 to 1; 0 where it is little."""
    most = max(_counted(one), _counted(two))
    share = _counted(one & two) / most if most else 1.0
    return share if share >= _LEAST_SHARED else 0.0


def _counted(words: Counter[str]) -> int:
    return sum(len(word) * count for word, count in words.items() if not word.isspace())


def _best(alike: Sequence[Sequence[float]], width: int) -> list[list[float]]:
    """Give for each place the most that can be alike from there on."""
    best = [[0.0] * (width + 1) for _ in range(len(alike) + 1)]
    for i in range(len(alike) - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            best[i][j] = max(alike[i][j] + best[i + 1][j + 1], best[i + 1][j], best[i][j + 1])
    return best


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
