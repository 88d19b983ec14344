"""Name the parts of a candidate's path by a pattern, and put them into its golden's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from diffing.globs import literal
from diffing.wildcards import Namer, read_named
from diffing.words import Name, Template

_LONGEST = 1000
"""No golden's path is longer, and so is no candidate's."""
_PART = re.compile(r"\\(.)|\{([A-Za-z][A-Za-z0-9_]*)\}|(.)", re.DOTALL)
_WILD = frozenset("*?[]{}\\")


@dataclass(frozen=True, slots=True)
class _Part:
    """One character of a golden's path, or the name of what stands there."""

    char: str = ""
    name: str = ""
    stray: bool = False
    """A sign that only stands for itself after a backslash."""


def golden(template: Template, path: str) -> Name | None:
    """Give the golden that a path is the candidate for; None where it is none."""
    named = _namer(template.candidate).named(path) if len(path) <= _LONGEST else None
    return None if named is None else Name(_filled(template.becomes, named))


def glob(template: Template) -> str:
    """Give a glob of the goldens that a template can mean."""
    patterns = dict(_names(template.candidate))
    return "".join(patterns[each.name] if each.name else literal(each.char) for each in _read(template.becomes))


def mistake(template: Template) -> tuple[str, str] | None:
    """Say which of the two, `candidate` or `becomes`, is mistaken, and how in a clause; None where neither is."""
    names = [name for name, _ in _names(template.candidate)]
    wrong = _of_candidate(names)
    if wrong:
        return "candidate", wrong
    wrong = _of_golden(_read(template.becomes), names)
    return ("becomes", wrong) if wrong else None


def _of_candidate(names: Sequence[str]) -> str:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return f"names `{{{twice}}}` twice"
    return "" if names else "must name what varies, as `{name}` does"


def _of_golden(parts: Sequence[_Part], names: Sequence[str]) -> str:
    used = [each.name for each in parts if each.name]
    unknown = next((name for name in used if name not in names), None)
    if unknown is not None:
        return f"has `{{{unknown}}}`, which `candidate` does not name"
    stray = next((each.char for each in parts if each.stray), None)
    if stray is not None:
        return f"may not have `{stray}` but around a name; if the path has it, put a `\\` before it"
    unused = next((name for name in names if name not in used), None)
    if unused is not None:
        return f"lacks `{{{unused}}}`, so several candidates would be one golden's; in `candidate` put `*` for it"
    return ""


def _filled(text: str, named: Mapping[str, str]) -> str:
    return "".join(named[each.name] if each.name else each.char for each in _read(text))


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[_Part, ...]:
    return tuple(
        _Part(
            char=match[1] or match[3] or "", name=match[2] or "", stray=match[3] is not None and match[3] in _WILD
        )
        for match in _PART.finditer(text)
    )


@lru_cache(maxsize=256)
def _namer(pattern: str) -> Namer:
    return Namer(read_named(pattern.removeprefix("/"))[0])


def _names(pattern: str) -> list[tuple[str, str]]:
    return read_named(pattern.removeprefix("/"))[1]
