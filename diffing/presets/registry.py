"""Know every preset: find them by name, recognise them in an artifact, and explain what none of them found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from diffing.digests import digest
from diffing.globs import literal, matches_any
from diffing.presets.cocoon_log import COCOON_LOG
from diffing.presets.cypress import CYPRESS
from diffing.presets.flutter import FLUTTER
from diffing.presets.insta import INSTA
from diffing.presets.jest_image_snapshot import JEST_IMAGE_SNAPSHOT, STORYBOOK
from diffing.presets.lost_pixel import LOST_PIXEL
from diffing.presets.paparazzi import PAPARAZZI
from diffing.presets.places import ending, files, folder, is_picture, last
from diffing.presets.playwright import PLAYWRIGHT
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.pytest_image_snapshot import PYTEST_IMAGE_SNAPSHOT
from diffing.presets.pytest_regressions import PYTEST_REGRESSIONS
from diffing.presets.reg_cli import REG_CLI
from diffing.presets.roborazzi import ROBORAZZI
from diffing.presets.same_path import SAME_PATH
from diffing.presets.swift_snapshot_testing import SWIFT_SNAPSHOT_TESTING
from diffing.presets.syrupy import SYRUPY
from diffing.presets.template import TEMPLATE
from diffing.presets.verify import VERIFY
from diffing.presets.vitest import VITEST
from diffing.words import Found, Member, Name, Obsolete, Read, Refused, Suite, Tree

_SIGNED = (
    VITEST,
    CYPRESS,
    REG_CLI,
    LOST_PIXEL,
    ROBORAZZI,
    PAPARAZZI,
    SWIFT_SNAPSHOT_TESTING,
    PYTEST_REGRESSIONS,
    PYTEST_IMAGE_SNAPSHOT,
    SYRUPY,
    INSTA,
    VERIFY,
)
"""Recognised by the names of what they leave, and not otherwise."""
PRESETS: Mapping[str, Preset] = {
    preset.default.name: preset
    for preset in (PLAYWRIGHT, FLUTTER, JEST_IMAGE_SNAPSHOT, STORYBOOK, *_SIGNED, COCOON_LOG, SAME_PATH, TEMPLATE)
}
"""In the order in which they are tried: a machine's report, then signatures, then the goldens' own paths."""

_LONGEST_NAME = 80
_TEXTS = frozenset({".ambr", ".snap", ".txt"})
_MOST_LOOKED_AT = 20_000
MOST_SUITES = 200
"""As many as a configuration may list."""


def infer(members: Sequence[Member], read: Read, tree: Tree) -> list[Suite]:
    """Recognise what a repository without configuration has: a suite for each package, of globs that cover
    only where goldens lie already. The goldens' own paths are tried where nothing else was recognised."""
    signed = [PLAYWRIGHT, FLUTTER, JEST_IMAGE_SNAPSHOT, *_SIGNED, COCOON_LOG]
    suites = [suite for preset in signed for suite in _suites(preset, members, read, tree)]
    suites = suites or list(_suites(SAME_PATH, members, read, tree))
    if len(suites) > MOST_SUITES:
        raise Refused(
            f"The artifacts hold goldens of {len(suites)} packages, and at most {MOST_SUITES} are recognised by "
            "themselves. List your suites in `.golddigger.yml`."
        )
    return _apart(suites)


def explain(members: Sequence[Member], suites: Sequence[Suite], tree: Tree | None = None) -> tuple[str, ...]:
    """Say in sentences why nothing was found: what was looked for, what is there, and what to change.

    Without suites, of the frameworks whose packages the tree has."""
    presets = [PRESETS[name] for name in dict.fromkeys(suite.preset for suite in suites)] or _likely(tree or {})
    if not members:
        return ("The artifacts hold no file at all.", *_advice(presets, members))
    sought = "; ".join(f"{preset.seeks} ({preset.title})" for preset in presets)
    kept = "1 file" if len(members) == 1 else f"{len(members)} files"
    return (
        f"Looked for {sought}.",
        f"Found {kept}, none of them that: {listed([member.path for member in sorted(members)], 5)}.",
        *_advice(presets, members),
    )


def lacking(members: Sequence[Member], suites: Sequence[Suite], read: Read, tree: Tree) -> tuple[str, ...]:
    """Say in sentences of which goldens CI told and kept nothing, so that nobody waits to see them."""
    presets = dict.fromkeys(suite.preset for suite in suites) or PRESETS
    return tuple(said for name in presets for said in PRESETS[name].lacks(members, read, tree))


def _likely(tree: Tree) -> list[Preset]:
    """Give the frameworks whose goldens the tree has; where it has none, those whose packages it has."""
    there = {last(name) for name in tree}
    known = [preset for preset in PRESETS.values() if preset.anywhere]
    likely = [preset for preset in known if not preset.marks or there & set(preset.marks)]
    likely = likely if any(preset.marks for preset in likely) else known
    drawn = [name for name in files(tree) if is_picture(name) or ending(name) in _TEXTS][:_MOST_LOOKED_AT]
    kept = [preset for preset in likely if any(matches_any(name, preset.default.goldens) for name in drawn)]
    return [*kept, SAME_PATH] if kept else likely


def _advice(presets: Iterable[Preset], members: Sequence[Member]) -> Iterator[str]:
    presets = list(presets)
    for preset in presets:
        advice = preset.advise(members)
        yield advice if len(presets) == 1 else f"{preset.title}: {advice}"
    yield (
        "If the candidates lie elsewhere, say so in `.golddigger.yml`: "
        '`suites: [{preset: same-path, goldens: ["path/to/goldens/**/*.png"], artifact: NAME}]`.'
    )


def _suites(preset: Preset, members: Sequence[Member], read: Read, tree: Tree) -> Iterator[Suite]:
    """Give a suite for each package whose goldens were drawn, or one without globs where nothing more is known."""
    signed = preset.recognise(members, tree)
    if preset in (*_SIGNED, SAME_PATH) and not signed:
        return
    found = preset.find(replace(preset.default, goldens=preset.anywhere), members, read, tree)
    beds = _beds(preset, found, tree)
    for package, lying in _by_package(beds, preset, tree).items():
        yield _suite(preset, package, _globs(lying))
    if not beds and (signed or any(each.name for each in found)):
        yield _suite(preset, "", ())


def _suite(preset: Preset, package: str, globs: tuple[str, ...]) -> Suite:
    return replace(
        preset.default,
        name=_short(package) or preset.default.name,
        goldens=globs,
        artifact=("**",),
        obsolete=Obsolete.IGNORE,  # nobody said that the artifact holds every candidate
    )


def _short(package: str) -> str:
    """Keep the end of a long path, told apart from others that end so."""
    if len(package) <= _LONGEST_NAME:
        return package
    return f"…{package[9 - _LONGEST_NAME :]}-{digest(package.encode(errors='replace'))[:7]}"


def _beds(preset: Preset, found: Iterable[Found], tree: Tree) -> set[Bed]:
    names = {name for each in found for name in (each.options if each.name is None else (each.name,))}
    return {bed for name in names if (bed := preset.bed(name, tree)) is not None}


def _by_package(beds: Iterable[Bed], preset: Preset, tree: Tree) -> Mapping[str, set[Bed]]:
    packages: dict[str, set[Bed]] = {}
    for bed in sorted(beds, key=lambda bed: (bed.folder, bed.glob)):
        packages.setdefault(_package(bed.folder, preset, tree), set()).add(bed)
    return packages


def _package(path: str, preset: Preset, tree: Tree) -> str:
    """Give the nearest folder above with a mark of the framework's; the root where there is none."""
    while path and not any(Name(f"{path}/{mark}") in tree for mark in preset.marks):
        path = folder(path)
    return path


def _globs(beds: set[Bed]) -> tuple[str, ...]:
    """Write the globs of beds, without those that lie in another."""
    outer = [bed for bed in beds if not any(_within(bed, other) for other in beds)]
    return tuple(sorted(f"{literal(bed.folder)}/{bed.glob}" if bed.folder else bed.glob for bed in outer))


def _within(bed: Bed, other: Bed) -> bool:
    above = f"{other.folder}/" if other.folder else ""
    deep = bed.glob == other.glob and bed.glob.startswith("**/")
    return bed != other and deep and bed.folder.startswith(above)


def _apart(suites: Sequence[Suite]) -> list[Suite]:
    """Tell suites of one name apart by their presets."""
    names = [suite.name for suite in suites]
    return [
        replace(suite, name=f"{suite.name}:{suite.preset}") if names.count(suite.name) > 1 else suite
        for suite in suites
    ]
