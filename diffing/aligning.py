"""Find what two sequences share, in order, in a time that no sequence can make long."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_STEPS = 50_000_000
"""So many comparisons may be spent on exact matches: half a second at worst."""
_MOST_DEPTH = 32
"""Lines that are alone in both only after 32 cuts were put there to take our time."""

_TURNED = {"delete": "insert", "insert": "delete"}

Opcode = tuple[str, int, int, int, int]
"""As of `difflib`: tag, first and last of the golden's, first and last of the candidate's."""


@dataclass(slots=True)
class Budget:
    """What is left to be spent; shared by all that is aligned for one answer."""

    steps: int = MOST_STEPS

    def spend(self, steps: int) -> bool:
        """Take so many steps away, where so many are left."""
        if steps > self.steps:
            return False
        self.steps -= steps
        return True


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of both sequences that is still to be aligned."""

    first: int
    last: int
    first_two: int
    last_two: int
    depth: int = 0


def opcodes(one: list[str], two: list[str], budget: Budget) -> list[Opcode]:
    """Say what is equal and what is not, from the first to the last; neighbours have other tags.

    What stands at both ends is cut off. What stands once on either side holds the rest together, as in a patience
    diff; small parts between are matched by `difflib`; what is left when the budget is spent is called other.
    Exchanging both sides exchanges what was removed and added, and changes nothing else."""
    if (len(two), two) < (len(one), one):
        return [(_TURNED.get(tag, tag), j1, j2, i1, i2) for tag, i1, i2, j1, j2 in opcodes(two, one, budget)]
    codes: list[Opcode] = []
    at, at_two = 0, 0
    for start, start_two, length in sorted(_blocks(one, two, budget)):
        if at < start or at_two < start_two:
            codes.append((_tag(start - at, start_two - at_two), at, start, at_two, start_two))
        at, at_two = start + length, start_two + length
        if codes and codes[-1][0] == "equal":
            codes[-1] = ("equal", codes[-1][1], at, codes[-1][3], at_two)
        else:
            codes.append(("equal", start, at, start_two, at_two))
    if at < len(one) or at_two < len(two):
        codes.append((_tag(len(one) - at, len(two) - at_two), at, len(one), at_two, len(two)))
    return codes


def _tag(removed: int, added: int) -> str:
    return "replace" if removed and added else "delete" if removed else "insert"


def _blocks(one: Sequence[str], two: Sequence[str], budget: Budget) -> Iterator[tuple[int, int, int]]:
    """Give runs that are equal, in no order: where they begin on either side, and their length."""
    parts = [_Part(0, len(one), 0, len(two))]
    while parts:
        whole = parts.pop()
        part = _trimmed(one, two, whole)
        yield from _ends(whole, part)
        removed, added = part.last - part.first, part.last_two - part.first_two
        if not removed or not added:
            continue
        if budget.spend(removed * added * min(removed, added)):
            yield from _exact(one, two, part)
        elif part.depth < _MOST_DEPTH:
            parts += _between(part, _anchors(one, two, part))


def _trimmed(one: Sequence[str], two: Sequence[str], part: _Part) -> _Part:
    shortest = min(part.last - part.first, part.last_two - part.first_two)
    start = next((i for i in range(shortest) if one[part.first + i] != two[part.first_two + i]), shortest)
    rest = shortest - start
    end = next((i for i in range(rest) if one[part.last - 1 - i] != two[part.last_two - 1 - i]), rest)
    return _Part(part.first + start, part.last - end, part.first_two + start, part.last_two - end, part.depth)


def _ends(whole: _Part, part: _Part) -> Iterator[tuple[int, int, int]]:
    if part.first > whole.first:
        yield whole.first, whole.first_two, part.first - whole.first
    if part.last < whole.last:
        yield part.last, part.last_two, whole.last - part.last


def _exact(one: Sequence[str], two: Sequence[str], part: _Part) -> Iterator[tuple[int, int, int]]:
    left, right = one[part.first : part.last], two[part.first_two : part.last_two]
    for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
        if block.size:
            yield part.first + block.a, part.first_two + block.b, block.size


def _anchors(one: Sequence[str], two: Sequence[str], part: _Part) -> list[tuple[int, int]]:
    """Give the places of what stands once on either side, as many as keep their order."""
    left = Counter(one[part.first : part.last])
    right = Counter(two[part.first_two : part.last_two])
    places = {two[j]: j for j in range(part.first_two, part.last_two) if right[two[j]] == 1}
    lone = [(i, places[one[i]]) for i in range(part.first, part.last) if left[one[i]] == 1 and one[i] in places]
    return _rising(lone)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest sequence of pairs that rises on both sides, by patience sorting."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        ends[pile : pile + 1] = [at]
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _between(part: _Part, anchors: list[tuple[int, int]]) -> Iterator[_Part]:
    """Cut a part at its anchors; each anchor is the first of what follows, where trimming finds it."""
    starts = [(part.first, part.first_two), *anchors]
    stops = [*anchors, (part.last, part.last_two)]
    for (first, first_two), (last, last_two) in zip(starts, stops, strict=True):
        if anchors:
            yield _Part(first, last, first_two, last_two, part.depth + 1)
