"""Find what Paparazzi drew: `build/paparazzi/failures/NAME.png` is for the module's `snapshots/images/NAME.png`.

By SnapshotVerifier.kt and internal/ImageUtils.kt. Newer versions put the variant's folder between, and print
`mv DRAWN GOLDEN` for each failure: where a log is kept, that is believed first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from diffing.presets.places import Parts, ending, folder, last, parts
from diffing.presets.playwright_machine import Kept, Workspace
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.targets import Targets, only
from diffing.words import Found, Member, Name, Read, Refused, Suite, Tree

_DELTA = "delta-"
_BUILD = ("build", "paparazzi", "failures")
_GOLDENS = (("snapshots", "images"), ("snapshots", "videos"))
_GLOBS = ("**/src/*/snapshots/{images,videos}/**/*.png",)
_LOGS = frozenset({".log", ".txt", ".xml"})
_MOST_LOGS, _MOST_BYTES, _MOST_CHARACTERS = 50, 32 << 20, 4_000


class Move(NamedTuple):
    """What Paparazzi said may be moved where, absolute on CI's machine."""

    drawn: str
    golden: str


def find(suite: Suite, members: Sequence[Member], read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, by what a log says or else by the module they lie in."""
    goldens = Targets(suite, tree, _is_golden)
    drawn = _drawn(members, goldens)
    told = _told(drawn, members, read, tree) if drawn else {}
    return [_place(goldens, member, told.get(member)) for member in drawn]


def _drawn(members: Sequence[Member], goldens: Targets) -> list[Member]:
    """A member is one in a folder of failures; where that was cut off, beside a delta of the same name."""
    deltas = {(each.artifact, each.path) for each in members if last(each.path).startswith(_DELTA)}
    return [each for each in members if _is_drawn(each, deltas, goldens)]


def _is_drawn(member: Member, deltas: set[tuple[str, str]], goldens: Targets) -> bool:
    file = last(member.path)
    if not file.endswith(".png") or file.startswith(_DELTA):
        return False
    if _build_at(parts(member.path)) is not None:
        return True
    delta = (member.artifact, f"{member.path.removesuffix(file)}{_DELTA}{file}")
    return delta in deltas and bool(goldens.of_file(file, ()))


def _build_at(path: Parts) -> int | None:
    """Say which part is the `build` folder; None where this is no file of Paparazzi's failures."""
    return next((at for at in range(len(path) - 3) if path[at : at + 3] == _BUILD), None)


def _place(goldens: Targets, member: Member, told: Name | None) -> Found:
    if told is not None:
        return goldens.place(member, [told] if goldens.has(told) else [], parts(told))
    path = parts(member.path)
    at = _build_at(path)
    module, variant = (path[:at], path[at + 3 : -1]) if at is not None else ((), path[-2:-1])
    names = goldens.of_file(path[-1], module)
    return goldens.place(
        member,
        only(names, lambda name: bool(variant) and _is_of(variant[0], name)),
        advice="Keep the folders above `build/` in the artifact, or Gradle's log, which says `mv DRAWN GOLDEN`.",
    )


def _is_of(variant: str, name: Name) -> bool:
    """Does a golden lie in the source set of this variant alone: `src/testDebug/` of `debug`?"""
    path = parts(name)
    return any(path[at].lower() == f"test{variant}".lower() for at in range(1, len(path)) if path[at - 1] == "src")


def _is_golden(name: Name) -> bool:
    path = parts(folder(name))
    return name.endswith(".png") and any(path[at : at + 2] in _GOLDENS for at in range(len(path) - 1))


def _told(drawn: Sequence[Member], members: Sequence[Member], read: Read, tree: Tree) -> Mapping[Member, Name]:
    moves = [(move, log.artifact) for log, move in _moves(members, read)]
    kept, workspace = Kept(drawn), Workspace((move.golden for move, _ in moves), tree)
    told: dict[Member, Name] = {}
    for move, artifact in moves:
        member, name = kept.find(move.drawn, artifact), workspace.name(move.golden)
        if member is not None and name is not None:
            told[member] = name
    return told


def _moves(members: Sequence[Member], read: Read) -> Iterator[tuple[Member, Move]]:
    left = _MOST_BYTES
    for log in [each for each in members if ending(each.path) in _LOGS][:_MOST_LOGS]:
        try:
            content = read(log)
        except Refused:
            continue
        left -= len(content)
        if left < 0:
            return
        yield from ((log, move) for line in content.split(b"\n") for move in _in_line(line))


def _in_line(line: bytes) -> Iterator[Move]:
    if b"/paparazzi/failures/" not in line or len(line) > _MOST_CHARACTERS:
        return
    words = [word.strip("\"'") for word in line.decode(errors="replace").split()]
    if "mv" in words[:-2]:
        at = words.index("mv")
        yield Move(words[at + 1], words[at + 2])


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    return any(_build_at(parts(member.path)) is not None for member in members if member.path.endswith(".png"))


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = parts(folder(name))
    at = next((at for at in range(len(above) - 1) if above[at : at + 2] in _GOLDENS), None)
    if at is None or name not in tree:
        return None
    return Bed(folder="/".join(above[: at + 1]), glob="{images,videos}/**/*.png")


def _lacks(members: Sequence[Member], _read: Read, _tree: Tree) -> Sequence[str]:
    there = {each.path for each in members}
    deltas = [each.path for each in members if _is_delta(each)]
    lonely = [
        path for path in deltas if f"{path.removesuffix(last(path))}{last(path)[len(_DELTA) :]}" not in there
    ]
    said = (
        f"Paparazzi kept only a difference of {listed(lonely)}: some versions do where the sizes differ, and for "
        "videos. Run `recordPaparazzi…` and upload `src/*/snapshots/` with `preset: same-path`."
    )
    return (said,) if lonely else ()


def _is_delta(member: Member) -> bool:
    return last(member.path).startswith(_DELTA) and _build_at(parts(member.path)) is not None


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Paparazzi leaves what failed in `build/paparazzi/failures/`: upload `**/build/paparazzi/failures/` also "
        "when the tests fail. Of a golden that is not there yet, or of another size, some versions keep nothing "
        "(cashapp/paparazzi#1716): run `recordPaparazzi…` and upload the goldens with `preset: same-path`."
    )


PAPARAZZI = Preset(
    title="Paparazzi",
    default=Suite(name="paparazzi", preset="paparazzi", goldens=_GLOBS),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("build.gradle.kts", "build.gradle"),
    anywhere=_GLOBS,
    seeks="`build/paparazzi/failures/*.png`",
    advise=_advise,
    lacks=_lacks,
)
