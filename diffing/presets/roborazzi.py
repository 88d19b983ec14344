"""Find what Roborazzi drew: by its JSON where the artifact holds it, else `NAME_actual.png` is for `NAME.png`.

Names by processOutputImageAndReport.kt. Both lie in `build/outputs/roborazzi/` unless `outputDir` says other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diffing.presets import roborazzi_report
from diffing.presets.places import Parts, folder, is_picture, last, parts
from diffing.presets.playwright_machine import Kept, Workspace
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.roborazzi_report import Capture
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Refused, Suite, Tree

_ACTUAL, _COMPARED = "_actual", "_compare"
_REPORTS = ("test-results", "roborazzi")
_GLOB = "**/src/**/*.{png,webp,jpg}"
_MOST_REPORTS, _MOST_CAPTURES, _MOST_BYTES = 5_000, 50_000, 64 << 20
_ADVICE = "Upload `**/build/test-results/roborazzi/` too: its `results-summary.json` tells."


@dataclass(frozen=True, slots=True)
class Search:
    """What one look through an artifact's members works with."""

    suite: Suite
    goldens: Targets
    tree: Tree
    workspace: Workspace


def find(suite: Suite, members: Sequence[Member], read: Read, tree: Tree) -> list[Found]:
    """Find the candidates; what no report tells of is looked for by its name."""
    captures = _captures(members, read)
    workspace = Workspace((capture.golden for capture, _ in captures), tree)
    search = Search(suite, Targets(suite, tree, is_picture), tree, workspace)
    told = _told(captures, members)
    silent = [each for each in members if _target(each.path) and each not in told]
    return [
        *(_by_report(search, member, capture) for member, capture in told.items()),
        *(_by_name(search, member) for member in silent),
    ]


def _captures(members: Sequence[Member], read: Read) -> list[tuple[Capture, Member]]:
    captures: list[tuple[Capture, Member]] = []
    left = _MOST_BYTES
    for report in [each for each in members if _is_report(each.path)][:_MOST_REPORTS]:
        try:
            content = read(report)
            left -= len(content)
            captures += [(capture, report) for capture in roborazzi_report.read(content)]
        except Refused:
            continue
        if left < 0 or len(captures) > _MOST_CAPTURES:  # then none is believed
            return []
    return captures


def _is_report(path: str) -> bool:
    above = parts(folder(path))
    there = any(above[at : at + 2] == _REPORTS for at in range(len(above)))
    return path.endswith(".json") and (there or last(path) == "results-summary.json")


def _told(captures: Sequence[tuple[Capture, Member]], members: Sequence[Member]) -> dict[Member, Capture]:
    """Give for each member that was drawn what is told of it, the last to be told at the end."""
    kept = Kept(each for each in members if is_picture(each.path))
    told: dict[Member, Capture] = {}
    for capture, report in captures:
        member = kept.find(capture.actual, report.artifact) if capture.actual else None
        if member is not None:
            told.pop(member, None)
            told[member] = capture
    return told


def _by_report(search: Search, member: Member, capture: Capture) -> Found:
    name = search.workspace.name(capture.golden)
    if name is None or (name not in search.tree and not capture.new):
        return _by_name(search, member)
    return Found(suite=search.suite.name, member=member, name=name, missing=name not in search.tree)


def _by_name(search: Search, member: Member) -> Found:
    target = _target(member.path) or parts(member.path)
    names = search.goldens.of_path(target) or search.goldens.of_file(target[-1], _module(target))
    return search.goldens.place(member, names, advice=_ADVICE)


def _module(path: Parts) -> Parts:
    """Give the folder of the Gradle module that drew a picture, as far as its path tells."""
    return path[: path.index("build")] if "build" in path else path[:-1]


def _target(path: str) -> Parts:
    """Give the golden's path as if it lay beside; nothing for another file."""
    *above, file = parts(path) or ("",)
    stem, _, ending = file.rpartition(".")
    own = stem.removesuffix(_ACTUAL)
    return (*above, f"{own}.{ending}") if own and own != stem and is_picture(file) else ()


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    """A picture and its comparison lie side by side, or Roborazzi's own report is there."""
    there = {(each.artifact, each.path) for each in members}
    drawn = [each for each in members if _target(each.path)]
    compared = ((each.artifact, each.path.replace(f"{_ACTUAL}.", f"{_COMPARED}.")) for each in drawn)
    return any(pair in there for pair in compared) or any(_reported(each.path) for each in members)


def _reported(path: str) -> bool:
    return _is_report(path) and "roborazzi" in parts(folder(path))


def _bed(name: Name, tree: Tree) -> Bed | None:
    above, ending = folder(name), name.rpartition(".")[2]
    return Bed(folder=above, glob=f"**/*.{ending}") if above and name in tree else None


def _lacks(members: Sequence[Member], read: Read, _tree: Tree) -> Sequence[str]:
    captures = [pair for pair in _captures(members, read) if pair[0].actual]
    kept = Kept(each for each in members if is_picture(each.path))
    lost = [last(each.actual) for each, report in captures if kept.find(each.actual, report.artifact) is None]
    said = (
        f"Roborazzi tells of pictures that were not kept ({listed(lost)}): "
        "upload `**/build/outputs/roborazzi/` with its report."
    )
    return (said,) if lost else ()


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Roborazzi leaves `*_actual.png` in `build/outputs/roborazzi/`, with `verifyRoborazzi…` or "
        "`compareRoborazzi…` only: upload that folder and `**/build/test-results/roborazzi/` also when the tests "
        "fail. The goldens must lie in git: set `roborazzi { outputDir }` to a folder below `src/`."
    )


ROBORAZZI = Preset(
    title="Roborazzi",
    default=Suite(name="roborazzi", preset="roborazzi", goldens=(_GLOB,)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("build.gradle.kts", "build.gradle"),
    anywhere=("**/*.{png,webp,jpg}",),
    seeks=f"`*{_ACTUAL}.png` and Roborazzi's `results-summary.json`",
    advise=_advise,
    lacks=_lacks,
)
