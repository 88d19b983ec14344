"""Tell which file of a tree a path from CI's machine means, whatever was cut off it or put before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile

from diffing.formats import EXTENSIONS
from diffing.words import Name, Refused, Tree

PICTURES = (*(each for each, promised in EXTENSIONS.items() if promised.is_image), ".svg")
Parts = tuple[str, ...]

_MOST_ROOM = 20_000_000
_AN_ENTRY = 16
"""What an index takes for one entry beside its parts, in words of the machine."""


def parts(path: str) -> Parts:
    """Split a path of any system; nothing where it leads upwards."""
    split = tuple(part for part in path.replace("\\", "/").split("/") if part not in {"", "."})
    return () if ".." in split else split


def last(path: str) -> str:
    """Give a path's last part."""
    return path.rpartition("/")[2]


def folder(path: str) -> str:
    """Give a path without its last part; empty at the root."""
    return path.rpartition("/")[0]


def beside(path: str, name: str) -> str:
    """Give the path of another file in the same folder."""
    head, slash, _ = path.rpartition("/")
    return f"{head}{slash}{name}"


def ending(path: str) -> str:
    """Give what a file's name ends in, from its last dot on, in lower case; empty where it has none."""
    stem, dot, after = last(path).rpartition(".")
    return f".{after.lower()}" if dot and stem else ""


def is_picture(path: str) -> bool:
    """Is a file named like a picture?"""
    return ending(path) in PICTURES


def files(tree: Tree) -> list[Name]:
    """Name a tree's files, without links and submodules."""
    return [name for name, entry in tree.items() if entry.mode.startswith("100")]


class Room:
    """How large the indexes of one search may become. Deep paths cost much, and anybody can push them."""

    def __init__(self, most: int = _MOST_ROOM) -> None:
        self._left = most

    def take(self, words: int) -> None:
        """Use up room for an entry of so many words of the machine."""
        self._left -= words + _AN_ENTRY
        if self._left < 0:
            raise Refused("The goldens lie below too many folders, or have too long names, to be looked up.")


class Endings:
    """What paths stand for, found by how they end; of more than `most` that end alike nobody can say which."""

    def __init__(
        self, paths: Iterable[tuple[Parts, Name]], room: Room | None = None, most: int | None = None
    ) -> None:
        room = room or Room()
        self._whole: defaultdict[Parts, list[Name]] = defaultdict(list)
        self._ends: defaultdict[Parts, list[Name]] = defaultdict(list)
        self._deepest = 0
        for path, name in paths:
            self._deepest = max(self._deepest, len(path))
            if most is None or len(self._whole[path]) < most:
                self._whole[path].append(name)
            for start in range(len(path)):
                alike = self._ends[path[start:]]
                if most is None or len(alike) < most:
                    room.take(len(path) - start)
                    alike.append(name)

    def __contains__(self, path: Parts) -> bool:
        """Is this a whole path?"""
        return path in self._whole

    def ending(self, path: Parts) -> list[Name]:
        """Give what the paths that end so stand for."""
        return list(dict.fromkeys(self._ends.get(path, ())))

    def meant(self, path: Parts) -> list[Name]:
        """Give what a path may mean from which something was cut off in front, or put before it: the longest."""
        if path in self._whole:
            return list(dict.fromkeys(self._whole[path]))
        tails = (path[start:] for start in self._starts(1, len(path), path))
        return self.ending(path) or next((self._whole[tail] for tail in tails if tail in self._whole), [])

    def _starts(self, first: int, end: int, path: Parts) -> range:
        """Leave out the tails that are longer than every path here: strangers' paths may be deep."""
        return range(max(first, len(path) - self._deepest), end)

    def nearest(self, path: Parts, least: int = 1) -> list[Name]:
        """Give what a path may mean; where nothing fits whole, what has most of its end in common with it."""
        ends = (self.ending(path[start:]) for start in self._starts(0, len(path) - least + 1, path))
        return self.meant(path) or next((names for names in ends if names), [])


def by_path(names: Iterable[Name]) -> Endings:
    """Let every name stand for itself."""
    return Endings((parts(name), name) for name in names)


def below(names: Iterable[Name], room: Room, most: int | None = None) -> Endings:
    """Let each folder stand for the files anywhere below it."""
    above = (
        (inside[:depth], name)
        for name in names
        for inside in (parts(folder(name)),)
        for depth in range(len(inside) + 1)
    )
    return Endings(above, room, most)


def overlap(one: Parts, other: Parts) -> int:
    """Count the parts that two paths have in common at their ends."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
