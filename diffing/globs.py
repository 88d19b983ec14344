"""Match paths with globs in time linear in the path, however hostile the glob."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from diffing.wildcards import Machine, read

MOST_CHARACTERS = 1000
"""A longer glob matches nothing."""
_SPECIAL = frozenset("\\*?[{")


def matches(path: str, glob: str) -> bool:
    r"""Does the whole path match?

    ``*`` and ``?`` stop at a slash, ``**`` as a whole folder stands for any folders or none, ``[a-z]`` and
    ``[!a-z]`` for one character, ``{a,b}`` for one of several, ``\`` takes the next character as it is.
    ``/`` at the start changes nothing; at the end it means everything in that folder."""
    return len(glob) <= MOST_CHARACTERS and _machine(glob).accepts(path)


def matches_name(name: str, glob: str) -> bool:
    """Does an artifact's name match? Letter case does not count, and a slash is a character like any other."""
    return matches(name.lower().replace("/", "∕"), glob.lower().replace("/", "∕"))


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Does the path match at least one of the globs?"""
    return any(matches(path, glob) for glob in globs)


def literal(text: str) -> str:
    """Write a path as a glob that matches it alone."""
    return "".join(f"\\{each}" if each in _SPECIAL else each for each in text)


@lru_cache(maxsize=256)
def _machine(glob: str) -> Machine:
    whole = glob.removeprefix("/")
    return Machine(read(f"{whole}**" if whole.endswith("/") else whole))
