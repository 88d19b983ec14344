"""Read a pattern into a small machine that walks a text once, keeping all its possible states at a time.

The construction is Ken Thompson's (CACM 11:6, 1968); sets of states are kept, as lazily built automata do."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from itertools import pairwise

States = frozenset[int]
Ranges = tuple[tuple[str, str], ...]

_MOST_KEPT = 2_000
_DEEPEST = 10
_NAMED_PART = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)(?:=|(?=\}))")
_NAMED: dict[str, str] = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}


@dataclass(frozen=True, slots=True)
class One:
    """Take one character: within the ranges, or (`but`) outside them."""

    ranges: Ranges
    but: bool = False

    def takes(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) is not self.but


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on at several places, counted from here, without taking a character."""

    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Note where a named part of the text begins or ends, without taking a character."""

    name: str
    opens: bool


Program = tuple[One | Fork | Mark, ...]

_NOTHING: Program = (One(()),)
_ANY = One((), but=True)
_IN_FOLDER = One((("/", "/"),), but=True)
_SLASH = One((("/", "/"),))
_REST: Program = (_ANY, Fork((-1, 1)))
_PART: Program = (Fork((1, 3)), _IN_FOLDER, Fork((-2,)))
_NAME: Program = (_IN_FOLDER, Fork((-1, 1)))
_FOLDERS: Program = (Fork((1, 5)), _IN_FOLDER, Fork((-1, 1)), _SLASH, Fork((-4,)))


class Machine:
    """Walk texts by a program, and remember the steps taken."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._start = self._reach([0])
        self._kept: dict[tuple[States, str], States] = {}

    def accepts(self, text: str) -> bool:
        """Does the program take the whole text?"""
        states = self._start
        for char in text:
            after = self._kept.get((states, char))
            states = self._step(states, char) if after is None else after
            if not states:
                return False
        return len(self._program) in states

    def _step(self, states: States, char: str) -> States:
        here = ((state, self._program[state]) for state in states if state < len(self._program))
        after = self._reach([state + 1 for state, one in here if isinstance(one, One) and one.takes(char)])
        if len(self._kept) < _MOST_KEPT:
            self._kept[states, char] = after
        return after

    def _reach(self, todo: list[int]) -> States:
        reached: set[int] = set()
        while todo:
            state = todo.pop()
            if state in reached:
                continue
            reached.add(state)
            match self._program[state : state + 1]:
                case (Fork(steps),):
                    todo += [state + step for step in steps]
                case (Mark(),):
                    todo.append(state + 1)
        return frozenset(reached)


class Namer(Machine):
    """Walk texts by a program with marks, there and back, and give the parts that it names.

    There, all states are kept; on the way back, of the states from which one was reached the first is taken. So
    each step back costs no more than a step there, whatever the text. Earlier parts take as much as they can."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._paths: dict[int, dict[int, tuple[Mark, ...]]] = {}
        self._back: dict[tuple[States, str, int], tuple[int, tuple[Mark, ...]]] = {}

    def named(self, text: str) -> dict[str, str] | None:
        """Give the named parts of a text; None where the program does not take the whole of it."""
        walk = [self._start]
        for char in text:
            after = self._kept.get((walk[-1], char))
            walk.append(self._step(walk[-1], char) if after is None else after)
            if not walk[-1]:
                return None
        return self._parts(text, walk) if len(self._program) in walk[-1] else None

    def _parts(self, text: str, walk: list[States]) -> dict[str, str]:
        ends: dict[Mark, int] = {}
        state = len(self._program)
        for at in range(len(text), 0, -1):
            state, marks = self._step_back(walk[at - 1], text[at - 1], state)
            ends |= dict.fromkeys(marks, at)
        ends |= dict.fromkeys(self._path(0)[state], 0)
        return {mark.name: text[at : ends[Mark(mark.name, False)]] for mark, at in ends.items() if mark.opens}

    def _step_back(self, states: States, char: str, state: int) -> tuple[int, tuple[Mark, ...]]:
        """Give the first of the states from which this one is reached by a character, and the marks on the way."""
        kept = self._back.get((states, char, state))
        if kept is not None:
            return kept
        before = next(
            each
            for each in sorted(states - {len(self._program)})
            if isinstance(one := self._program[each], One) and one.takes(char) and state in self._path(each + 1)
        )
        found = before, self._path(before + 1)[state]
        if len(self._back) < _MOST_KEPT:
            self._back[states, char, state] = found
        return found

    def _path(self, state: int) -> dict[int, tuple[Mark, ...]]:
        """Give what is reached from a state without a character, each with the marks on the first way there."""
        if state in self._paths:
            return self._paths[state]
        reached: dict[int, tuple[Mark, ...]] = {}
        todo: list[tuple[int, tuple[Mark, ...]]] = [(state, ())]
        while todo:
            here, marks = todo.pop()
            if here in reached:
                continue
            reached[here] = marks
            match self._program[here : here + 1]:
                case (Fork(steps),):
                    todo += [(here + step, marks) for step in reversed(steps)]
                case (Mark() as mark,):
                    todo.append((here + 1, (*marks, mark)))
        self._paths[state] = reached
        return reached


def read(pattern: str) -> Program:
    """Read a pattern of whole paths. Never fails: what makes no sense stands for itself."""
    return _Reader(pattern, _closings(pattern), None).sequence(0, len(pattern), fresh=True)


def read_as_git(pattern: str) -> Program:
    """Read a pattern as git's wildmatch does: no braces, and what makes no sense matches nothing."""
    return _Reader(pattern, {}, _NOTHING).sequence(0, len(pattern), fresh=True)


def read_named(pattern: str) -> tuple[Program, list[tuple[str, str]]]:
    """Read a pattern in which `{name}` names a part without a slash, and `{name=PATTERN}` what that matches.

    Give also the names, each with its own pattern."""
    reader = _NamingReader(pattern, _closings(pattern), None)
    return reader.sequence(0, len(pattern), fresh=True), reader.names


class _Reader:
    def __init__(self, pattern: str, ends: dict[int, tuple[int, ...]], broken: Program | None) -> None:
        self._pattern = pattern
        self._ends = ends
        self._broken = broken

    def sequence(self, at: int, end: int, *, fresh: bool) -> Program:
        """Read from `at` to `end`; `fresh`: a folder's or file's name begins here."""
        program: list[One | Fork | Mark] = []
        while at < end:
            part, at = self._next(at, end, fresh)
            program += part
            fresh = self._pattern[at - 1] == "/"
        return tuple(program)

    def _next(self, at: int, end: int, fresh: bool) -> tuple[Program, int]:
        match self._pattern[at]:
            case "*":
                return self._stars(at, end, fresh)
            case "?":
                return (_IN_FOLDER,), at + 1
            case "[":
                return self._bracket(at, end)
            case "{" if at in self._ends:
                return self._choice(at, fresh), self._ends[at][-1] + 1
            case "\\" if at + 1 < end:
                return _itself(self._pattern[at + 1]), at + 2
            case "\\":
                return self._broken or _itself("\\"), at + 1
            case char:
                return _itself(char), at + 1

    def _stars(self, at: int, end: int, fresh: bool) -> tuple[Program, int]:
        after = at
        while after < end and self._pattern[after] == "*":
            after += 1
        if after - at == 1 or not fresh:
            return _PART, after
        if after == end:
            return _REST, after
        return (_FOLDERS, after + 1) if self._pattern[after] == "/" else (_PART, after)

    def _choice(self, at: int, fresh: bool) -> Program:
        places = (at, *self._ends[at])
        options = [self._inner().sequence(left + 1, right, fresh=fresh) for left, right in pairwise(places)]
        return _either(options)

    def _inner(self) -> _Reader:
        """Give what reads the inside of braces."""
        return self

    def _bracket(self, at: int, end: int) -> tuple[Program, int]:
        inside = at + 1
        but = self._pattern[inside : inside + 1] in {"!", "^"}
        inside += but
        ranges: list[tuple[str, str]] = []
        first = inside
        while inside < end and (self._pattern[inside] != "]" or inside == first):
            more, inside = self._range(inside, end)
            ranges += more
        if inside >= end:
            return self._broken or _itself("["), at + 1
        # A bracket never takes a slash: not by a range that spans it, not by what it leaves out.
        one = One((*ranges, ("/", "/")), but=True) if but else One(_without_slash(ranges))
        return (one,), inside + 1

    def _range(self, at: int, end: int) -> tuple[list[tuple[str, str]], int]:
        if self._pattern.startswith("[:", at):
            close = self._pattern.find(":]", at, end)
            named = _NAMED.get(self._pattern[at + 2 : close]) if close > 0 else None
            if named is not None:
                return [(each, each) for each in named], close + 2
        low, at = self._char(at, end)
        if self._pattern[at : at + 1] == "-" and at + 1 < end and self._pattern[at + 1] != "]":
            high, at = self._char(at + 1, end)
            return [(low, high)], at
        return [(low, low)], at

    def _char(self, at: int, end: int) -> tuple[str, int]:
        escaped = self._pattern[at] == "\\" and at + 1 < end
        return self._pattern[at + escaped], at + escaped + 1


class _NamingReader(_Reader):
    def __init__(self, pattern: str, ends: dict[int, tuple[int, ...]], broken: Program | None) -> None:
        super().__init__(pattern, ends, broken)
        self.names: list[tuple[str, str]] = []

    def _next(self, at: int, end: int, fresh: bool) -> tuple[Program, int]:
        name = _NAMED_PART.match(self._pattern, at, end)
        close = None if name is None else _closing(self._pattern, at + 1, end)
        if name is None or close is None:
            return super()._next(at, end, fresh)
        self.names.append((name[1], self._pattern[name.end() : close] or "*"))
        return (Mark(name[1], True), *self._inside(name.end(), close, fresh), Mark(name[1], False)), close + 1

    def _inside(self, at: int, end: int, fresh: bool) -> Program:
        return self._inner().sequence(at, end, fresh=fresh) if at < end else _NAME

    def _inner(self) -> _Reader:
        return _Reader(self._pattern, self._ends, None)  # no part lies in another, or only in some options


def _closing(pattern: str, at: int, end: int) -> int | None:
    """Find the end of a brace that was opened before `at`."""
    depth = 1
    while at < end:
        match pattern[at]:
            case "\\":
                at += 1
            case "{":
                depth += 1
            case "}":
                depth -= 1
        if not depth:
            return at
        at += 1
    return None


def _itself(char: str) -> Program:
    return (One(((char, char),)),)


def _without_slash(ranges: list[tuple[str, str]]) -> Ranges:
    halves = [half for low, high in ranges for half in ((low, min(high, ".")), (max(low, "0"), high))]
    return tuple((low, high) for low, high in halves if low <= high)


def _either(options: list[Program]) -> Program:
    """Fork to each option; each but the last jumps over those behind it."""
    rest: Program = options[-1]
    for option in reversed(options[:-1]):
        rest = (Fork((1, len(option) + 2)), *option, Fork((len(rest) + 1,)), *rest)
    return rest


def _closings(pattern: str) -> dict[int, tuple[int, ...]]:
    """Find for each ``{`` that has commas and an end where they stand."""
    found: dict[int, tuple[int, ...]] = {}
    opened: list[list[int]] = []
    at = 0
    while at < len(pattern):
        match pattern[at]:
            case "\\":
                at += 1
            case "{" if len(opened) < _DEEPEST:
                opened.append([at])
            case "," if opened:
                opened[-1].append(at)
            case "}" if opened:
                start, *places = opened.pop()
                if places:
                    found[start] = (*places, at)
        at += 1
    return found
