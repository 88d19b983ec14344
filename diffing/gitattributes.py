"""Say whether git would keep a file in LFS, by the rules of gitattributes(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from diffing.wildcards import Machine, read_as_git
from diffing.words import Name, Tree

FILE = ".gitattributes"
MOST_BYTES = 1 << 18
"""Whoever reads them refuses larger ones: each line is tried on each file."""
_MOST_IN_LINE = 2048
_ATTRIBUTE = re.compile(r"[-A-Za-z0-9_.]+")
_ESCAPED = re.compile(r'\\([0-3][0-7]{2}|[abfnrtv"\\])')
_QUOTED = re.compile(rf'"((?:[^"\\]|{_ESCAPED.pattern})*)"')
_LETTERS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))

Value = str | bool | None
"""Of an attribute: its text, set, unset; None where a line says that it is unspecified."""
States = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says: of the files that match, or (`macro`) of an attribute that stands for others."""

    pattern: str
    states: States
    macro: bool = False


def files(tree: Tree) -> list[Name]:
    """Name the `.gitattributes` of a tree, the nearest to its root first. git follows no symlink to one."""
    found = [name for name, entry in tree.items() if _is_file(name) and entry.mode.startswith("100")]
    return sorted(found, key=lambda name: (name.count("/"), name))


def large(path: str, texts: Mapping[Name, str]) -> bool:
    """Would git put this file in LFS (``filter=lfs``)? `texts` holds every `.gitattributes` by its name."""
    macros = {line.pattern: line.states for line in _lines(texts.get(Name(FILE), "")) if line.macro}
    known: dict[str, Value] = {}
    for states in _nearest_first(path, texts):
        _learn(states, macros, known)
        if "filter" in known:
            break
    return known.get("filter") == "lfs"


def _is_file(name: str) -> bool:
    return name == FILE or name.endswith(f"/{FILE}")


def _learn(states: States, macros: Mapping[str, States], known: dict[str, Value]) -> None:
    """Keep what was not known yet. Later in a line counts more, and a macro speaks only where it is set."""
    for name, value in reversed(states):
        if name not in known:
            known[name] = value
            _learn(macros.get(name, ()) if value is True else (), macros, known)


def _nearest_first(path: str, texts: Mapping[Name, str]) -> Iterator[States]:
    parts = path.split("/")
    for depth in reversed(range(len(parts))):
        text = texts.get(Name("/".join([*parts[:depth], FILE])), "")
        below = "/".join(parts[depth:])
        for line in reversed(_lines(text)):
            if not line.macro and _matches(below, line.pattern):
                yield line.states


def _matches(below: str, pattern: str) -> bool:
    if "/" not in pattern:
        below = below.rpartition("/")[2]
    return _machine(pattern.removeprefix("/")).accepts(_bytewise(below))


@lru_cache(maxsize=256)
def _machine(pattern: str) -> Machine:
    return Machine(read_as_git(_bytewise(pattern)))


def _bytewise(text: str) -> str:
    """Spell a text so that a character stands for a byte: git's ``?`` takes one byte."""
    return text.encode(errors="surrogateescape").decode("latin-1")


@lru_cache(maxsize=64)
def _lines(text: str) -> tuple[Line, ...]:
    return tuple(line for each in text.removeprefix("\ufeff").split("\n") if (line := _line(each)))


def _line(text: str) -> Line | None:
    """Read one line; None for a comment, for nothing, and for what git warns about and leaves out."""
    text = text.strip(" \t\r")
    if not text or text.startswith("#") or len(text.encode(errors="replace")) >= _MOST_IN_LINE:
        return None
    pattern, rest = _first(text)
    macro = pattern.startswith("[attr]")
    pattern = pattern.removeprefix("[attr]")
    if not pattern or pattern.startswith("!") or (macro and not _valid(pattern)):
        return None
    states = [_state(word) for word in rest.split()]
    if not all(_valid(name) for name, _ in states):
        return None
    return Line(pattern, tuple(states), macro)


def _first(text: str) -> tuple[str, str]:
    quoted = _QUOTED.match(text)
    if quoted:
        return _ESCAPED.sub(_unescape, quoted[1]), text[quoted.end() :]
    pattern, *rest = re.split(r"[ \t\r]+", text, maxsplit=1)
    return pattern, rest[0] if rest else ""


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if not code.isdigit():
        return _LETTERS.get(code, code)
    byte = int(code, 8)
    return chr(byte if byte < 0x80 else 0xDC00 + byte)  # as surrogateescape spells a byte


def _state(word: str) -> tuple[str, Value]:
    name, given, value = word.lstrip("-!").partition("=")
    if word[0] in "-!":
        return word[1:].partition("=")[0], (False if word[0] == "-" else None)
    return name, value if given else True


def _valid(attribute: str) -> bool:
    return _ATTRIBUTE.fullmatch(attribute) is not None and not attribute.startswith("-")
