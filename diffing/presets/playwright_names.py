"""Tell from names alone which golden a Playwright picture is for: the road where there is no JSON report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from diffing.presets.places import Parts, Room, files, folder, last, parts
from diffing.presets.playwright_shortened import Shortened, rest
from diffing.words import Name, Tree

_ACTUAL = "-actual."
_HOLDER = "-snapshots"
_TRY = re.compile(r"(?:-retry\d+)?(?:-repeat\d+)?\Z")
_MOST_INNER = 5
_MOST_ALIKE = 500
"""Of more goldens nobody can say which one is meant."""
_TEST = re.compile(r"(?:\.(?:spec|test))?\.[cm]?[jt]sx?\Z")


def drawn(path: str) -> tuple[str, str] | None:
    """Split the name of what Playwright drew into the golden's own name and ending; None for another file."""
    stem, found, ending = last(path).rpartition(_ACTUAL)
    return (stem, ending) if found and stem and ending else None


def holder(name: str) -> int | None:
    """Say which part of a golden's path is the folder that Playwright made for its test; None where none is."""
    folders = parts(folder(name))
    return next((at for at, part in enumerate(folders) if part.endswith(_HOLDER) and part != _HOLDER), None)


def _test_at(name: Name) -> int | None:
    """Say which folder of a golden is its test's: Playwright's own, or, with `{testFilePath}`, one of its name."""
    at = holder(name)
    folders = parts(folder(name))
    named = (at for at in range(len(folders) - 1, -1, -1) if _TEST.search(folders[at]))
    return at if at is not None else next(named, None)


class Goldens:
    """Goldens in folders of their tests: their names are the test's own, then project and platform."""

    def __init__(self, tree: Tree, wanted: Collection[tuple[str, str]]) -> None:
        """`wanted`: what was drawn, as `drawn` splits it. Nothing else is looked for."""
        self._room = Room()
        self._named: defaultdict[tuple[str, str], list[Name]] = defaultdict(list)
        self._of_test: defaultdict[tuple[str, str, str], list[Name]] = defaultdict(list)
        goldens = [(name, at) for name in files(tree) if (at := _test_at(name)) is not None]
        self._fill(goldens, lambda start, ending: [start] if (start, ending) in wanted else [])
        self._fill(goldens, Shortened(own for own in wanted if own not in self._named).of)

    def _fill(self, goldens: Iterable[tuple[Name, int]], asked: Callable[[str, str], Iterable[str]]) -> None:
        """Sort goldens by the pictures' names that are asked for, and by what the folder of their test may be."""
        for name, at in goldens:
            stem, ending = _split(last(name))
            stems = dict.fromkeys(own for start in _starts(stem, whole=True) for own in asked(start, ending))
            slugs = _slugs(parts(name)[: at + 1]) if stems else []
            for own in stems:
                _add(self._named[own, ending], name)
                for slug in slugs:
                    self._room.take(len(slug) // 8)
                    _add(self._of_test[own, ending, slug], name)

    def meant(self, path: str) -> tuple[list[Name], bool]:
        """Give the goldens that a picture may be for, and whether the folder's name does not speak against it.

        That name is `FOLDERS-FILE-TITLE-PROJECT`, shortened in its middle."""
        own = drawn(path)
        if own is None:
            return [], False
        test, near = self._near(own, parts(folder(path)))
        chosen = near or self._named.get(own, [])
        of_project = [name for name in chosen if _is_project(rest(_split(last(name))[0], own[0]), test)]
        of_project = of_project or [name for name in chosen if _is_below_project(parts(folder(name)), test)]
        return of_project or chosen, bool(near) or not test

    def _near(self, own: tuple[str, str], above: Parts) -> tuple[str, list[Name]]:
        """Give the folder of the test, and its goldens. A golden may lie in folders of its own inside that."""
        tests = [_TRY.sub("", part) for part in above[::-1][:_MOST_INNER]] or [""]
        for depth, test in enumerate(tests):
            inner = above[len(above) - depth :]
            for slug in _starts(test):
                near = [name for name in self._of_test.get((*own, slug), ()) if _ends(parts(folder(name)), inner)]
                if near:
                    return test, near
        return tests[0], []


def _add(alike: list[Name], name: Name) -> None:
    if len(alike) < _MOST_ALIKE:
        alike.append(name)


def _split(file: str) -> tuple[str, str]:
    ending = "aria.yml" if file.endswith(".aria.yml") else file.rpartition(".")[2]
    return file.removesuffix(f".{ending}"), ending


def _starts(text: str, *, whole: bool = False) -> Iterator[str]:
    """Give what a text of words begins with, longest first."""
    if whole:
        yield text
    while "-" in text:
        text = text.rpartition("-")[0]
        yield text


def _ends(path: Parts, inner: Parts) -> bool:
    return path[len(path) - len(inner) :] == inner


def _slugs(path: Parts) -> list[str]:
    """Give what the folder of a test in this file may begin with: as many folders as its configuration counts."""
    *folders, holding = path
    spec = (*folders, _TEST.sub("", holding.removesuffix(_HOLDER)))
    return ["-".join(spec[start:]) for start in range(len(spec))]


def _is_below_project(above: Parts, test: str) -> bool:
    """Is one of a golden's folders named like the project at the end of the test's?"""
    return any(test.endswith(f"-{part}") for part in above)


def _is_project(more: str, test: str) -> bool:
    """Is what follows a golden's own name the project at the folder's end, with or without a platform?"""
    return any(project and test.endswith(project) for project in (more, more.rpartition("-")[0]))
