"""Word what is wrong in a configuration: where, what, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from diffing.words import Refused


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend. Lines and columns count from 1."""

    line: int
    column: int
    message: str
    meant: str = ""
    """What was probably meant; empty where nobody can tell."""

    def __str__(self) -> str:
        said = f"line {self.line}, column {self.column}: {self.message}"
        return f"{said}; did you mean `{self.meant}`?" if self.meant else f"{said}."


class Misconfigured(Refused):
    """The configuration cannot be used; every mistake in it at once."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(each) for each in self.mistakes))


def nearest(word: object, known: Iterable[str]) -> str:
    """Give the known word that was probably meant; empty where none is near."""
    by_lower = {each.lower(): each for each in known}
    lower = str(word).lower()[:100]
    begun = [each for each in by_lower if len(lower) > 2 and (each.startswith(lower[:4]) or lower in each)]
    near = get_close_matches(lower, by_lower, n=1, cutoff=0.6) or begun[:1]
    return by_lower[near[0]] if near else ""


def one_of(known: Iterable[str]) -> str:
    """List what is allowed: `a`, `b` or `c`."""
    *before, last = [f"`{each}`" for each in known]
    return f"{', '.join(before)} or {last}" if before else last


def quoted(value: object) -> str:
    """Show a value as it may have been written, on one line and not too long."""
    words = {True: "true", False: "false", None: "nothing"}
    text = words[value] if value is None or isinstance(value, bool) else str(value)
    plain = "".join(char if char.isprintable() and char != "`" else " " for char in text[:61])
    return f"{plain[:60]}…" if len(plain) > 60 else plain
