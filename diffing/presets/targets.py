"""Place candidates whose own path tells their golden's, as far as the artifact kept it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from diffing.globs import matches_any
from diffing.presets.places import Endings, Parts, Room, below, files, folder, last, parts
from diffing.presets.preset import found, listed
from diffing.words import Found, Member, Name, Piece, Refused, Suite, Tree

_MOST_ALIKE = 200
"""Of more goldens that end alike nobody can say which one is meant."""
_NEW_FOLDERS = 2
"""So many folders a framework may make for its first golden there."""


class Targets:
    """The goldens of a suite, found by their paths. Nothing outside the suite's globs is meant."""

    def __init__(self, suite: Suite, tree: Tree, kind: Callable[[Name], bool] = lambda _name: True) -> None:
        """`kind`: is a file of the tree a golden of this framework?"""
        self._suite = suite
        self._tree = tree
        self._room = Room()
        self._names = [name for name in files(tree) if kind(name) and matches_any(name, suite.goldens)]

    @cached_property
    def _paths(self) -> Endings:
        return Endings(((parts(name), name) for name in self._names), self._room, _MOST_ALIKE)

    @cached_property
    def _folders(self) -> Endings:
        folders = dict.fromkeys(folder(name) for name in files(self._tree))
        try:
            return Endings(((parts(each), Name(each)) for each in folders if each), most=2)
        except Refused:  # so many that a new golden's is not looked for
            return Endings(())

    @cached_property
    def _below(self) -> dict[str, Endings]:
        by_file: defaultdict[str, list[Name]] = defaultdict(list)
        for name in self._names:
            by_file[last(name)].append(name)
        return {file: below(names, self._room, _MOST_ALIKE) for file, names in by_file.items()}

    def has(self, name: Name) -> bool:
        """Is this one of them?"""
        return parts(name) in self._paths

    def of_path(self, target: Parts) -> list[Name]:
        """Give the goldens that a path may mean, cut in front or put below other folders."""
        return self._paths.meant(target)

    def of_ending(self, target: Parts, *, most: int = 12) -> list[Name]:
        """Give the goldens whose ends have most in common with a path's end, of which `most` are looked at."""
        tail = target[-most:]
        ends = (self._paths.ending(tail[start:]) for start in range(len(tail)))
        return next((names for names in ends if names), [])

    def of_file(self, file: str, near: Parts) -> list[Name]:
        """Give the goldens of a file's name below a folder, as far as its path was kept; else of that name."""
        there = self._below.get(file)
        return (there.meant(near) or there.meant(())) if there else []

    def place(
        self,
        member: Member,
        names: Sequence[Name],
        target: Parts = (),
        *,
        reference: Member | None = None,
        piece: Piece | None = None,
        advice: str = "Keep more of its path in the artifact.",
    ) -> Found:
        """Word what a candidate is for: its only golden, or a new one at its target where that folder is known.

        Where neither can be told, `advice` says what makes it known."""
        new = None if names else self._new(target)
        if new is not None:
            name = Name(new)
            return Found(suite=self._suite.name, member=member, name=name, piece=piece, missing=True)
        why = f"It may be {listed(names)}." if names else self._none(member)
        rule = (
            "" if piece else " Or say by `preset: template` in `.golddigger.yml` which golden such a file is for."
        )
        why = f"{why} {advice}{rule}"
        return replace(found(self._suite, member, names, why=why, reference=reference), piece=piece)

    def _new(self, target: Parts) -> str | None:
        """Give the path of a golden that is not there yet, where just one folder can be meant."""
        above, file = target[:-1], target[-1:]
        known = self._folders.meant(above) if above else []
        if len(known) == 1:
            path = "/".join((*parts(known[0]), *file))
            return path if matches_any(path, self._suite.goldens) else None
        whole = "/".join(target)
        there = any(above[:-depth] in self._folders for depth in range(1, _NEW_FOLDERS + 1))
        return whole if not known and there and matches_any(whole, self._suite.goldens) else None

    def _none(self, member: Member) -> str:
        return (
            f"No golden within {listed(self._suite.goldens) or 'the suite'} is like `{last(member.path)[-100:]}`."
        )


def only(names: Iterable[Name], wanted: Callable[[Name], bool]) -> list[Name]:
    """Keep the names that are wanted; all of them where none is."""
    listed_names = list(names)
    return [name for name in listed_names if wanted(name)] or listed_names
