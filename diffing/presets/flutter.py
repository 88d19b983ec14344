"""Find what Flutter's golden tests drew: `failures/KEY_testImage.png` beside the test.

flutter_test drops the folder of the golden (flutter/flutter#118177), so the key alone names it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from diffing.presets.places import Endings, Parts, Room, below, beside, files, folder, last, parts
from diffing.presets.preset import Bed, Preset, choose, found, listed
from diffing.words import Found, Member, Name, Read, Suite, Tree

_DRAWN = "_testImage.png"
_COPY = "_masterImage.png"
_TESTS = ("test", "integration_test")


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, each with the golden of its key nearest to the test's folder."""
    drawn = [member for member in members if _is_drawn(member)]
    keys, there, room = {_key(member) for member in drawn}, frozenset(members), Room()
    goldens = {key: below(names, room) for key, names in _by_key(tree).items() if key in keys}
    return [_place(suite, member, goldens.get(_key(member), Endings(())), there) for member in drawn]


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


def _place(suite: Suite, member: Member, goldens: Endings, there: frozenset[Member]) -> Found:
    key = _key(member)
    copy = Member(member.artifact, beside(member.path, f"{key}{_COPY}"))
    near = goldens.meant(_test_folder(member.path))
    names = choose(suite, near or goldens.meant(()))
    return found(
        suite,
        member,
        names,
        sure=bool(near),
        reference=copy if copy in there else None,
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
