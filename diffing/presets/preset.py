"""Draw what a preset is: how one framework lays out goldens, and what it leaves after a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from diffing.globs import matches_any
from diffing.words import Found, Member, Name, Read, Suite, Tree

Find = Callable[[Suite, Sequence[Member], Read, Tree], list[Found]]
Lacks = Callable[[Sequence[Member], Read, Tree], Sequence[str]]
MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """Where goldens lie: a folder (empty: the root), and a glob of what in it is one."""

    folder: str
    glob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One framework's layout."""

    title: str
    """As people call it."""
    default: Suite
    """What a suite of this preset is where the configuration says no more. Its name is the preset's."""
    anywhere: tuple[str, ...]
    """Globs of wherever its goldens might lie, to look through a repository without configuration."""
    find: Find
    """Find the candidates among members, in the order in which they were drawn where that is known."""
    recognise: Callable[[Sequence[Member], Tree], bool]
    """Do the members' names alone tell that this framework left them?"""
    bed: Callable[[Name, Tree], Bed | None]
    """Say where goldens like this one lie; None where nothing in the tree shows that any do."""
    marks: tuple[str, ...]
    """The files that make a folder a package of this framework."""
    seeks: str
    """What `find` looks for, for people."""
    advise: Callable[[Sequence[Member]], str]
    """Say in sentences what to change where `find` found nothing among these."""
    lacks: Lacks = lambda _members, _read, _tree: ()
    """Say in sentences of what the framework tells and kept nothing, whatever else was found."""


def choose(suite: Suite, names: Iterable[Name]) -> list[Name]:
    """Prefer the names inside the suite's globs; where there are none, keep those outside, to be named."""
    listed = list(names)
    return [name for name in listed if matches_any(name, suite.goldens)] or listed


def found(
    suite: Suite,
    member: Member,
    names: Sequence[Name],
    *,
    why: str,
    reference: Member | None = None,
    sure: bool = True,
) -> Found:
    """Word what was found: the golden where only one is meant (and that is sure), else the options and why."""
    if sure and len(names) == 1:
        return Found(suite=suite.name, member=member, name=names[0], reference=reference)
    options = tuple(sorted(names)[:MOST_OPTIONS])
    return Found(suite=suite.name, member=member, name=None, options=options, reference=reference, why=why)


def listed(names: Sequence[str], most: int = 3) -> str:
    """List paths for people, the first few."""
    shown = ", ".join(f"`{_short(name)}`" for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _short(path: str) -> str:
    plain = "".join(char if char.isprintable() and char != "`" else "�" for char in path)
    return plain if len(plain) <= 100 else f"…{plain[-99:]}"
