"""Pair the files of two folders by their names, or two files. No symbolic link is followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diffing.words import Name, Refused

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".DS_Store", "Thumbs.db"})
"""Never a golden: what version control and desktops keep for themselves."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one golden; None where a side has none."""

    name: Name
    golden: str | None
    candidate: str | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is to be compared, by name."""

    files: tuple[Files, ...]
    left_out: int = 0
    """So many things are neither files nor folders: symbolic links, sockets, pipes."""


def pair(expected: Path, actual: Path) -> Pairs:
    """Pair two files, or the files in two folders. Raises Refused where there is nothing to compare."""
    for side, path in (("EXPECTED", expected), ("ACTUAL", actual)):
        if not path.exists():
            raise Refused(f"{side} is not there: {path}. Is the path right, and did the tests draw anything?")
        if not (path.is_file() or path.is_dir()):
            raise Refused(f"{side} is neither a file nor a folder: {path}.")
    if expected.samefile(actual):
        raise Refused(f"EXPECTED and ACTUAL are the same: {actual}. Name what is to be compared with it.")
    if expected.is_file() != actual.is_file():
        one, other = ("file", "folder") if expected.is_file() else ("folder", "file")
        raise Refused(f"EXPECTED is a {one} and ACTUAL a {other}. Name two files, or two folders.")
    return _files(expected, actual) if expected.is_file() else _folders(expected, actual)


def _files(expected: Path, actual: Path) -> Pairs:
    return Pairs((Files(_name(expected.name), os.path.realpath(expected), os.path.realpath(actual)),))


def _folders(expected: Path, actual: Path) -> Pairs:
    before, after = _Walk(expected, but=actual), _Walk(actual, but=expected)
    goldens, candidates = dict(before), dict(after)
    if not goldens and not candidates:
        raise Refused(f"There is nothing to compare: neither {expected} nor {actual} holds a file.")
    if not candidates:
        raise Refused(f"There is nothing to compare with the goldens: {actual} holds no file. Did the tests run?")
    names = sorted(goldens.keys() | candidates.keys())
    files = (Files(_name(name), goldens.get(name), candidates.get(name)) for name in names)
    return Pairs(tuple(files), before.left_out + after.left_out)


class _Walk:
    """The files in a folder by their names, without what lies in another."""

    def __init__(self, folder: Path, *, but: Path) -> None:
        self._folder, self._but = folder, os.path.realpath(but)
        self.left_out = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Give names and paths. Raises Refused where a folder cannot be listed."""
        waiting = [(os.path.realpath(self._folder), "")]
        while waiting:
            folder, before = waiting.pop()
            for entry in _entries(folder):
                name = f"{before}{entry.name}"
                if entry.name in LEFT_OUT or entry.path == self._but:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{name}/"))
                elif entry.is_file(follow_symlinks=False):
                    yield name, entry.path
                else:
                    self.left_out += 1


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise Refused(f"{folder} cannot be listed: {error.strerror}.") from error


def _name(path: str) -> Name:
    """Write a path that is no text as one that can be said, with its odd bytes as hexadecimal numbers."""
    return Name(os.fsencode(path).decode("utf-8", "backslashreplace"))
