"""Find what Playwright drew: by its JSON report where the artifact holds one, else by names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from diffing.presets import playwright_html, playwright_report
from diffing.presets.places import beside, folder, last, parts
from diffing.presets.playwright_machine import Kept, Workspace
from diffing.presets.playwright_names import Goldens, drawn, holder
from diffing.presets.playwright_report import Report, Shot
from diffing.presets.preset import Bed, Preset, choose, found, listed
from diffing.words import Found, Member, Name, Read, Refused, Suite, Tree

_MOST_REPORTS = 200
_MOST_SHOTS = 50_000
_NOTHING = "Playwright kept no file of what it saw"
_REPORTER = (
    "Add Playwright's JSON reporter, `['json', { outputFile: 'test-results/report.json' }]`, "
    "and upload `test-results/` also when the tests fail."
)
_DRAW_NEW = "run it without `--update-snapshots=none`."
_DRAW_ARIA = (
    "run it once more with `--update-snapshots=changed`, and upload the `.aria.yml` files "
    "with `preset: same-path`."
)


Reports = tuple[list[tuple[Member, Report]], str]
"""Reports, each with its file; and why one could not be read, empty where none was broken."""


@dataclass(frozen=True, slots=True)
class Search:
    """What one look through an artifact's members works with."""

    suite: Suite
    there: frozenset[Member]
    tree: Tree
    goldens: Goldens
    workspace: Workspace
    broken: str
    """Why a report could not be read; empty where none was broken."""


def find(suite: Suite, members: Sequence[Member], read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, the tries of a test in their order. A test that passed in the end has none."""
    reports, broken = _reports(members, read)
    if not reports and not any(drawn(member.path) for member in members):  # pages tell less than either
        reports, broken = _pages(members, read)
    kept = Kept(members)
    shots = _kept(reports, kept)
    workspace = Workspace((path for _, report in reports for path in _paths(report)), tree)
    names = (*(member.path for member in members), *(shot.own for shot, _ in shots))
    wanted = {own for name in names if (own := drawn(name)) is not None}
    search = Search(suite, frozenset(members), tree, Goldens(tree, wanted), workspace, broken)
    told = {member for _, member in shots}
    silent = [member for member in members if drawn(member.path) and member not in told]
    drawn_ones = [
        *(_by_report(search, kept, shot, member) for shot, member in shots if shot.counts),
        *(_by_name(search, member, member.path) for member in silent),
    ]
    return [_restless(search, each) for each in drawn_ones]


def _reports(members: Sequence[Member], read: Read) -> Reports:
    return _read([each for each in members if each.path.endswith(".json")], read, playwright_report.read)


def _pages(members: Sequence[Member], read: Read) -> Reports:
    """Read HTML reports: pages beside a folder of files named by hashes."""
    beside_data = {
        (each.artifact, each.path.rpartition("data/")[0]) for each in members if playwright_html.is_kept(each.path)
    }
    pages = [
        each
        for each in members
        if last(each.path) == "index.html" and (each.artifact, each.path.removesuffix("index.html")) in beside_data
    ]
    return _read(pages, read, playwright_html.read)


def _read(members: Sequence[Member], read: Read, understood: Callable[[bytes], Report | None]) -> Reports:
    reports: list[tuple[Member, Report]] = []
    broken = ""
    for member in members[:_MOST_REPORTS]:
        try:
            report = understood(read(member))
        except Refused as refused:
            broken = f"{listed([member.path])} was not read: {refused}. "
            continue
        reports += [(member, report)] if report else []
        if sum(len(each.shots) for _, each in reports) > _MOST_SHOTS:
            return [], f"The reports tell of more than {_MOST_SHOTS:,} pictures, so none was believed. "
    return reports, broken


def _kept(reports: Sequence[tuple[Member, Report]], kept: Kept) -> list[tuple[Shot, Member]]:
    sought = (
        (shot, kept.find(shot.actual, member.artifact)) for member, report in reports for shot in report.shots
    )
    return [(shot, member) for shot, member in sought if member is not None]


def _paths(report: Report) -> Sequence[str]:
    return (*report.tests, *(shot.expected for shot in report.shots if shot.expected))


def _by_report(search: Search, kept: Kept, shot: Shot, member: Member) -> Found:
    # A golden's own path, not the copy of it that lies beside the picture.
    known = shot.expected and "-expected." not in last(shot.expected)
    name = search.workspace.name(shot.expected) if known else None
    if name is None and drawn(member.path):
        return _by_name(search, member, member.path)
    copy = kept.find(shot.copy, member.artifact) if shot.copy else _beside(search, member, "expected")
    if name is None:
        return replace(_by_name(search, member, f"{shot.test}/{shot.own}"), reference=copy)
    missing = name not in search.tree
    return Found(suite=search.suite.name, member=member, name=name, reference=copy, missing=missing)


def _by_name(search: Search, member: Member, path: str) -> Found:
    names, sure = search.goldens.meant(path)
    names = choose(search.suite, names)
    why = f"It may be {listed(names)}. " if names else "Its name does not tell which golden it is for. "
    return found(
        search.suite,
        member,
        names,
        sure=sure,
        reference=_beside(search, member, "expected"),
        why=f"{why}{search.broken}{_REPORTER}",
    )


def _restless(search: Search, found: Found) -> Found:
    """Where two pictures in a row were never the same, keep the one before: it is drawn as an earlier try is."""
    before = _beside(search, found.member, "previous")
    return found if before is None else replace(found, earlier=(replace(found, member=before, reference=None),))


def _beside(search: Search, member: Member, what: str) -> Member | None:
    stem, _, ending = last(member.path).rpartition("-actual.")
    other = Member(member.artifact, beside(member.path, f"{stem}-{what}.{ending}"))
    return other if other in search.there else None


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    return any(drawn(member.path) for member in members) and any(holder(name) is not None for name in tree)


def _bed(name: Name, tree: Tree) -> Bed | None:
    at, above = holder(name), parts(folder(name))
    if name not in tree and (at is None or _test(above[: at + 1]) not in tree):
        return None
    ending = last(name).rpartition(".")[2]
    if at is None:
        return Bed(folder="/".join(above), glob=f"**/*.{ending}" if above else f"*.{ending}")
    return Bed(folder="/".join(above[:at]), glob=f"**/*-snapshots/**/*.{ending}")


def _lacks(members: Sequence[Member], read: Read, tree: Tree) -> Sequence[str]:
    """Name what Playwright's reports tell of and nothing was kept of."""
    reports = [report for _, report in _reports(members, read)[0]]
    workspace = Workspace((path for report in reports for path in _paths(report)), tree)
    undrawn = dict.fromkeys(path for report in reports for path in report.undrawn)
    new = [workspace.name(path) or path for path in undrawn]
    aria = any(report.described for report in reports) or any(name.endswith(".yml") for name in new)
    new = [name for name in new if not name.endswith(".yml")]
    return [
        *([f"{_NOTHING} for {listed(new)}, which is not there yet: {_DRAW_NEW}"] if new else []),
        *([f"{_NOTHING} where aria goldens differ or are not there yet: {_DRAW_ARIA}"] if aria else []),
    ]


def _test(holding: Sequence[str]) -> Name:
    return Name("/".join(holding).removesuffix("-snapshots"))


def _advise(_members: Sequence[Member]) -> str:
    return (
        f"{_REPORTER} The HTML report will do, too, with the goldens where Playwright puts them by itself; "
        "of blob reports, what `merge-reports --reporter=json` makes, with its `resources/`."
    )


PLAYWRIGHT = Preset(
    title="Playwright",
    default=Suite(name="playwright", preset="playwright", goldens=("**/*-snapshots/**",)),
    anywhere=("**",),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("playwright.config.ts", "playwright.config.js", "playwright.config.mjs", "package.json"),
    seeks="`*-actual.png` and Playwright's JSON report",
    advise=_advise,
    lacks=_lacks,
)
