"""Find what Flutter's golden tests drew: `failures/KEY_testImage.png` beside the test.

flutter_test drops the folder of the golden (flutter/flutter#118177), so the key alone names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diffing.globs import matches_any
from diffing.presets.places import Endings, Parts, Room, below, beside, files, folder, last, parts
from diffing.presets.preset import Bed, Preset, found, listed
from diffing.words import Found, Member, Name, Read, Suite, Tree

_DRAWN = "_testImage.png"
_COPY = "_masterImage.png"
_TESTS = ("test", "integration_test")
_MOST_ALIKE = 200
"""Of more goldens of one key in one folder nobody can say which one is meant."""
_NONE = Endings(())


@dataclass(frozen=True, slots=True)
class Search:
    """What one look through an artifact's members works with."""

    suite: Suite
    goldens: Mapping[str, Endings]
    """By key, what lies below each folder."""
    inside: frozenset[Name]
    """The goldens inside the suite's globs. Others are named where none of these is meant."""
    there: frozenset[Member]


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, each with the golden of its key nearest to the test's folder."""
    drawn = [member for member in members if _is_drawn(member)]
    keys, room = {_key(member) for member in drawn}, Room()
    by_key = {key: names for key, names in _by_key(tree).items() if key in keys}
    inside = frozenset(name for names in by_key.values() for name in names if matches_any(name, suite.goldens))
    goldens = {key: _below(names, inside, room) for key, names in by_key.items()}
    search = Search(suite, goldens, inside, frozenset(members))
    return [_place(search, member) for member in drawn]


def _below(names: Sequence[Name], inside: frozenset[Name], room: Room) -> Endings:
    """Let each folder stand for the goldens anywhere below it, those inside the suite's globs before others."""
    return below(sorted(names, key=lambda name: name not in inside), room, _MOST_ALIKE)


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    return any(_is_drawn(member) for member in members)


def _is_drawn(member: Member) -> bool:
    return member.path.endswith(_DRAWN)


def _key(member: Member) -> str:
    return last(member.path).removesuffix(_DRAWN)


def _by_key(tree: Tree) -> Mapping[str, Sequence[Name]]:
    """Sort goldens by the key flutter_test gives their failures: all before the first `.png`."""
    goldens: defaultdict[str, list[Name]] = defaultdict(list)
    for name in files(tree):
        if name.endswith(".png"):
            goldens[last(name).split(".png")[0]].append(name)
    return goldens


def _place(search: Search, member: Member) -> Found:
    key = _key(member)
    copy = Member(member.artifact, beside(member.path, f"{key}{_COPY}"))
    goldens = search.goldens.get(key, _NONE)
    near = goldens.meant(_test_folder(member.path))
    alike = near or goldens.meant(())
    names = [name for name in alike if name in search.inside] or alike
    return found(
        search.suite,
        member,
        names,
        sure=bool(near),
        reference=copy if copy in search.there else None,
        why=_why(key, names),
    )


def _test_folder(path: str) -> Parts:
    """Give the folder of the test as far as the artifact tells: nothing where `failures/` was cut off."""
    above = parts(folder(path))
    return above[:-1] if above[-1:] == ("failures",) else ()


def _why(key: str, names: Sequence[Name]) -> str:
    if not names:
        return f"The repository has no golden `{key}.png` at the head of this change."
    if len(names) == 1:
        return f"`{names[0]}` has its file name, and does not lie below the test's folder."
    return (
        f"It may be {listed(names)}: Flutter leaves out the golden's folder. "
        "Keep the `_masterImage.png` files in the artifact, or give the goldens different names."
    )


def _bed(name: Name, _tree: Tree) -> Bed:
    split = parts(folder(name))
    depth = max((at + 1 for at, part in enumerate(split) if part in _TESTS), default=len(split))
    return Bed(folder="/".join(split[:depth]), glob="**/*.png" if split else "*.png")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Flutter leaves pictures only of goldens that differ, in `failures/` beside the test: upload "
        "`**/failures/` also when the tests fail. For a golden that is not there yet it writes nothing: run "
        "`flutter test --update-goldens`, and upload the goldens with `preset: same-path`."
    )


FLUTTER = Preset(
    title="Flutter",
    default=Suite(name="flutter", preset="flutter", goldens=("**/{test,integration_test}/**/*.png",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("pubspec.yaml",),
    anywhere=("**/*.png",),
    seeks=f"`failures/*{_DRAWN}`",
    advise=_advise,
)
