"""Find what Vitest's browser mode drew: `FOLDER/TEST/NAME-actual-BROWSER-PLATFORM.png`, or `-reference-` if new.

The golden lies beside the test, as `__screenshots__/TEST/NAME-BROWSER-PLATFORM.png`; TEST is the test's file name,
FOLDER `attachmentsDir` and the test's own folder (https://vitest.dev/guide/browser/visual-regression-testing)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diffing.globs import literal, matches_any
from diffing.presets.places import Endings, Parts, files, folder, last, parts
from diffing.presets.preset import Bed, Preset, found, listed
from diffing.words import Found, Member, Name, Read, Suite, Tree

_DRAWN = re.compile(r"(?P<name>.+)-(?P<what>actual|reference)(?P<machine>-[^-]+-[a-z0-9]+\.png)")
_TEST = re.compile(r".+\.[cm]?[jt]sx?")
_ATTACHMENTS = (".vitest", "attachments")
_GOLDENS = "__screenshots__"
_LONGEST = 1000
_MOST_ALIKE = 200
_KEEP = "Upload the whole of `.vitest/attachments/`, with the folders above it."


@dataclass(frozen=True, slots=True)
class Shot:
    """What was drawn: by which test, as far as its path tells, and under which name."""

    member: Member
    test: Parts
    name: Parts
    new: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What one look through an artifact works with: goldens without their own folder, and tests."""

    suite: Suite
    tree: Tree
    goldens: Endings
    tests: Endings
    own: str
    """The folder's name, beside the tests, in which most goldens lie."""


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates. A new golden goes beside its test, where that is known."""
    shots = [shot for shot in map(_shot, members) if shot is not None]
    drawn, tests = {shot.name[-1] for shot in shots}, {shot.test[-1] for shot in shots}
    goldens = [
        name
        for name in files(tree)
        if name.endswith(".png") and _test_at(parts(name)) and matches_any(name, suite.goldens)
    ]
    search = Search(
        suite,
        tree,
        Endings(((_without_own(name), name) for name in goldens if last(name) in drawn), most=_MOST_ALIKE),
        Endings(((parts(name), name) for name in files(tree) if last(name) in tests), most=_MOST_ALIKE),
        _own(goldens),
    )
    return [_place(search, shot) for shot in shots]


def _shot(member: Member) -> Shot | None:
    path = parts(member.path)
    at = _test_at(path)
    drawn = _DRAWN.fullmatch(path[-1]) if at is not None and len(member.path) <= _LONGEST else None
    if at is None or drawn is None:
        return None
    name = (*path[at + 1 : -1], f"{drawn['name']}{drawn['machine']}")
    return Shot(member, _without_attachments(path[: at + 1]), name, drawn["what"] == "reference")


def _test_at(path: Parts) -> int | None:
    """Say which folder of a path is named like a test; None where none is."""
    return next((at for at in range(len(path) - 2, -1, -1) if _TEST.fullmatch(path[at])), None)


def _without_attachments(path: Parts) -> Parts:
    at = next((at for at in range(len(path)) if path[at : at + 2] == _ATTACHMENTS), None)
    return path if at is None else path[:at] + path[at + 2 :]


def _without_own(name: Name) -> Parts:
    path = parts(name)
    at = _test_at(path) or 0
    return path[: max(0, at - 1)] + path[at:]


def _own(goldens: Iterable[Name]) -> str:
    folders = Counter(path[at - 1] for path in map(parts, goldens) if (at := _test_at(path)))
    return folders.most_common(1)[0][0] if folders else _GOLDENS


def _place(search: Search, shot: Shot) -> Found:
    return _new(search, shot) if shot.new else _changed(search, shot)


def _changed(search: Search, shot: Shot) -> Found:
    path = (*shot.test, *shot.name)
    sure = search.goldens.meant(path)
    names = sure or search.goldens.nearest(path, len(shot.name) + 1)
    why = f"It may be {listed(names)}. " if names else f"The repository has no golden `{'/'.join(shot.name)}`. "
    return found(search.suite, shot.member, names, sure=bool(sure), why=f"{why}{_KEEP}")


def _new(search: Search, shot: Shot) -> Found:
    tests = search.tests.nearest(shot.test)
    if len(tests) == 1:
        name = _golden(tests[0], search.own, shot.name)
        return Found(suite=search.suite.name, member=shot.member, name=name, missing=name not in search.tree)
    drew = f"One of {listed(tests)} drew it. " if tests else f"The repository has no test `{shot.test[-1]}`. "
    return found(search.suite, shot.member, (), why=f"{drew}{_KEEP}")


def _golden(test: Name, own: str, name: Parts) -> Name:
    return Name("/".join([*parts(folder(test)), own, last(test), *name]))


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    return any(_shot(member) is not None for member in members)


def _bed(name: Name, tree: Tree) -> Bed | None:
    path = parts(name)
    at = _test_at(path)
    if not at or (name not in tree and Name("/".join([*path[: at - 1], path[at]])) not in tree):
        return None
    return Bed(folder="/".join(path[: at - 1]), glob=f"**/{literal(path[at - 1])}/**/*.png")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Vitest keeps what it drew in `.vitest/attachments/`, or where `attachmentsDir` says. "
        "That folder is hidden: upload it with `include-hidden-files: true`, also when the tests fail."
    )


VITEST = Preset(
    title="Vitest",
    default=Suite(name="vitest", preset="vitest", goldens=(f"**/{_GOLDENS}/**/*.png",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("package.json",),
    anywhere=("**/*.png",),
    seeks="`*.test.*/*-actual-*.png`",
    advise=_advise,
)
