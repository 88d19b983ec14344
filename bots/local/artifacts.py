"""Name artifacts that are handed over, so that the suites they are meant for look into them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bots.archive import open_path
from diffing.globs import matches_name
from diffing.presets.registry import PRESETS
from diffing.presets.same_path import SAME_PATH
from diffing.words import Member, Refused, Suite, Tree

Globs = tuple[str, ...]


def name(paths: Sequence[Path], suites: Sequence[Suite], tree: Tree, *, usual: Globs) -> dict[str, Path]:
    """Give each artifact the names by which suites find it; `usual`: what is looked for without suites.

    A file's own name counts where a suite looks for it. Where none does, those suites find it whose framework left
    it, and all of them where that cannot be told: whoever hands something over means it."""
    named: dict[str, Path] = {}
    for path in paths:
        _must_hold_files(path)
        own = path.resolve().name if path.is_dir() else path.stem
        mine = [suite.artifact for suite in suites if _fits(own, suite.artifact)]
        for wanted in mine[:1] or _meant(path, suites, tree) or [usual]:
            names = [own] if mine else [*map(_plain, wanted)]
            named[_free(names, wanted, named)] = path
    return named


def _meant(path: Path, suites: Sequence[Suite], tree: Tree) -> list[Globs]:
    with open_path(path) as archive:
        members = [Member("", each) for each in archive.paths]
    left = [suite for suite in suites if _left_by(suite, members, tree)]
    return list(dict.fromkeys(suite.artifact for suite in left or suites))


def _left_by(suite: Suite, members: Sequence[Member], tree: Tree) -> bool:
    there = suite.preset == SAME_PATH.default.name and any(each.path in tree for each in members)
    return there or PRESETS[suite.preset].recognise(members, tree)


def _must_hold_files(path: Path) -> None:
    if not path.exists():
        raise Refused(f"There is no {path}.")
    if path.is_file() and not zipfile.is_zipfile(path):
        raise Refused(f"{path} is neither a folder nor a zip.")
    if path.is_dir() and not any(each.is_file() for each in path.rglob("*")):
        raise Refused(f"There are no files in {path}. Did the golden tests run, and leave there what they drew?")


def _free(names: Sequence[str], wanted: Globs, taken: Mapping[str, Path]) -> str:
    endings = ("", *(f"-{number}" for number in range(2, len(taken) + 2)))
    for each in (name + ending for ending in endings for name in names):
        if each not in taken and _fits(each, wanted):
            return each
    raise Refused(
        f"No name of the form {' or '.join(wanted)} is left for one of the artifacts. "
        "Call the folders or zips as the suites' `artifact` says, or hand over one folder that holds them all."
    )


def _plain(glob: str) -> str:
    return re.sub(r"[^\w.-]", "", glob.replace("?", "x")) or "golddigger"


def _fits(name: str, wanted: Globs) -> bool:
    return any(matches_name(name, glob) for glob in wanted)
