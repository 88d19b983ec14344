"""Find what reg-cli compared: by its `reg.json` where there is one, else by folders `actual` and `expected`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from diffing.presets import reg_cli_report
from diffing.presets.places import Parts, files, folder, is_picture, last, parts
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.reg_cli_report import Report
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Mode, Name, Read, Refused, Suite, Tree

_DRAWN, _GOLDENS = "actual", "expected"
_REPORT = "reg.json"
_MOST_REPORTS = 50
_LOST = "reg-cli's report tells of goldens that differ or are new, and what was drawn was not kept: upload"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A candidate, and the path of its golden as far as it is known."""

    member: Member
    target: Parts


def find(suite: Suite, members: Sequence[Member], read: Read, tree: Tree) -> list[Found]:
    """Find the candidates: all that was compared, changed or not."""
    targets = Targets(suite, tree, is_picture)
    drawn = list(_told(members, read)) or list(_beside(members))
    return [targets.place(each.member, targets.of_path(each.target), each.target) for each in drawn]


def _told(members: Sequence[Member], read: Read) -> Iterator[Drawn]:
    kept = {(member.artifact, parts(member.path)): member for member in members}
    for artifact, report in _reports(members, read):
        for item in (*report.changed, *report.same):
            inside = parts(item)
            member = kept.get((artifact, (*report.drawn, *inside))) if inside else None
            if member is not None:
                yield Drawn(member, (*report.goldens, *inside))


def _beside(members: Iterable[Member]) -> Iterator[Drawn]:
    """Give the pictures in folders named as reg-cli's documentation names them."""
    for member in members:
        path = parts(member.path)
        at = next((at for at in range(len(path) - 2, -1, -1) if path[at] == _DRAWN), None)
        if at is not None and is_picture(member.path):
            yield Drawn(member, (*path[:at], _GOLDENS, *path[at + 1 :]))


def _reports(members: Iterable[Member], read: Read) -> Iterator[tuple[str, Report]]:
    for member in [each for each in members if each.path.endswith(".json")][:_MOST_REPORTS]:
        try:
            report = reg_cli_report.read(read(member), parts(folder(member.path)))
        except Refused:
            continue
        if report is not None:
            yield member.artifact, report


def _lacks(members: Sequence[Member], read: Read, _tree: Tree) -> Sequence[str]:
    """Name the folders that a report compared and nothing was kept of."""
    kept = {(member.artifact, parts(member.path)) for member in members}
    lost = [
        "/".join(report.drawn)
        for artifact, report in _reports(members, read)
        if report.changed and not any((artifact, (*report.drawn, *parts(item))) in kept for item in report.changed)
    ]
    return [f"{_LOST} {listed(lost)} too, with the folders above."] if lost else []


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    if any(last(member.path) == _REPORT for member in members):
        return True
    wanted = {end for each in _beside(members) for end in _from_goldens(each.target)}
    return bool(wanted) and any(end in wanted for name in files(tree) for end in _from_goldens(parts(name)))


def _from_goldens(path: Parts) -> Iterator[Parts]:
    return (path[at:] for at in range(len(path) - 1) if path[at] == _GOLDENS)


def _bed(name: Name, tree: Tree) -> Bed | None:
    """Only where a golden lies already: in its own folder of expected pictures, if it has one, else beside it."""
    above = parts(folder(name))
    if name not in tree or not is_picture(name):
        return None
    at = above.index(_GOLDENS) + 1 if _GOLDENS in above else len(above)
    ending = last(name).rpartition(".")[2]
    return Bed(folder="/".join(above[:at]), glob=f"**/*.{ending}" if at else f"*.{ending}")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Let reg-cli write its report beside what was drawn (`--json reg.json`), and upload both, the folder of "
        "what was drawn and the report, also when the comparison fails."
    )


REG_CLI = Preset(
    title="reg-cli",
    default=Suite(name="reg-cli", preset="reg-cli", goldens=(f"**/{_GOLDENS}/**",), mode=Mode.ALL),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("package.json",),
    anywhere=("**",),
    seeks=f"reg-cli's `{_REPORT}`, and `{_DRAWN}/` beside goldens in `{_GOLDENS}/`",
    advise=_advise,
    lacks=_lacks,
)
