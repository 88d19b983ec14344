"""Find what swift-snapshot-testing drew: `$SNAPSHOT_ARTIFACTS/FILE/NAME` is for `__Snapshots__/FILE/NAME`.

By Sources/SnapshotTesting/AssertSnapshot.swift: FILE is the test's file without `.swift`, NAME `FUNCTION.1.png`.
A golden that is not there yet is recorded in place, unless recording is off."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Parts, folder, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_FOLDER = "__Snapshots__"
_GLOB = f"**/{_FOLDER}/**"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates whose file and test's name a golden has, and those recorded in place."""
    goldens = Targets(suite, tree, _is_golden)
    wanted = [(member, parts(member.path)) for member in members]
    return [found for member, path in wanted if (found := _place(goldens, member, path)) is not None]


def _place(goldens: Targets, member: Member, path: Parts) -> Found | None:
    in_place = _FOLDER in path[:-1]
    names = goldens.of_path(path) if in_place else goldens.of_path((_FOLDER, *path[-2:]))
    if not names and not in_place:
        return None
    return goldens.place(
        member, names, path, advice="Two test files have the same name: name the files, or the tests, apart."
    )


def _is_golden(name: Name) -> bool:
    return _FOLDER in parts(folder(name))


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    """Some member's file and test name are a golden's."""
    ends = {path[-2:] for name in tree if len(path := parts(name)) > 2 and path[-3] == _FOLDER}
    return any(parts(member.path)[-2:] in ends for member in members) if ends else False


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = parts(folder(name))
    if name not in tree or _FOLDER not in above:
        return None
    return Bed(folder="/".join(above[: above.index(_FOLDER)]), glob=_GLOB)


def _advise(_members: Sequence[Member]) -> str:
    return (
        "swift-snapshot-testing leaves what failed in the folder that `SNAPSHOT_ARTIFACTS` names, else in a "
        "temporary one: set it for the tests (in the scheme, or `TEST_RUNNER_SNAPSHOT_ARTIFACTS` for xcodebuild), "
        f"and upload it also when the tests fail. New goldens are recorded in place: upload `**/{_FOLDER}/` too."
    )


SWIFT_SNAPSHOT_TESTING = Preset(
    title="swift-snapshot-testing",
    default=Suite(name="swift-snapshot-testing", preset="swift-snapshot-testing", goldens=(_GLOB,)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("Package.swift",),
    anywhere=(_GLOB,),
    seeks=f"`FILE/FUNCTION.NAME.png` as in `{_FOLDER}/`",
    advise=_advise,
)
