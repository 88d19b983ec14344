"""Find what pytest-regressions obtained: `TEST0/X.obtained.yml` in the temporary folder is for `MODULE/X.yml`.

The temporary folder's name is the test's, not the module's, but the copy of the golden that was compared lies
there too. With `--regen-all` or `--force-regen` everything is written in place, which `same-path` finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from diffing.presets.places import Parts, beside, folder, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_OBTAINED = ".obtained."
_COMPARED = ".obtained.diff.html"
_LINK = re.compile(r"current\Z")
_FOLDER = re.compile(r"\d+\Z")
_GLOB = "**/{tests,test}/**"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates in pytest's temporary folders."""
    goldens, there = Targets(suite, tree, _is_golden(tree)), frozenset(members)
    obtained = [member for member in members if _target(member.path)]
    return [_place(goldens, member, there) for member in _once(obtained)]


def _place(goldens: Targets, member: Member, there: frozenset[Member]) -> Found:
    target = _target(member.path)
    copy = Member(member.artifact, beside(member.path, target[-1]))
    return goldens.place(
        member,
        goldens.of_ending(target),
        reference=copy if copy in there else None,
        advice="Keep the whole of pytest's temporary folder, where the golden's copy lies beside it.",
    )


def _target(path: str) -> Parts:
    """Give the golden's path as the temporary folder has it; nothing for another file."""
    *above, file = parts(path) or ("",)
    stem, found, ending = file.rpartition(_OBTAINED)
    return (*above, f"{stem}.{ending}") if found and stem and ending and not file.endswith(_COMPARED) else ()


def _once(members: Sequence[Member]) -> list[Member]:
    """Leave out pytest's links (`NAMEcurrent`) to folders that are there under their own names (`NAME0`)."""
    stems = {(each.artifact, _FOLDER.sub("", part)) for each in members for part in parts(folder(each.path))}
    return [each for each in members if not _is_link(each, stems)]


def _is_link(member: Member, stems: set[tuple[str, str]]) -> bool:
    linked = (_LINK.sub("", part) for part in parts(folder(member.path)) if _LINK.search(part))
    return any((member.artifact, stem) in stems for stem in linked)


def _is_golden(tree: Tree) -> Callable[[Name], bool]:
    """Goldens lie in a folder that is named like the test module beside it."""
    modules = {name.removesuffix(".py") for name in tree if name.endswith(".py")}

    def is_golden(name: Name) -> bool:
        above = folder(name)
        while above and above not in modules:
            above = folder(above)
        return bool(above)

    return is_golden


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    return any(_target(member.path) for member in members)


def _bed(name: Name, tree: Tree) -> Bed | None:
    above, ending = folder(name), name.rpartition(".")[2]
    return Bed(folder=above, glob=f"**/*.{ending}") if above and name in tree else None


def _advise(_members: Sequence[Member]) -> str:
    return (
        "pytest-regressions leaves what it obtained in pytest's temporary folder: run `pytest --basetemp=obtained "
        "-o tmp_path_retention_policy=failed`, and upload that folder. "
        "Or run `pytest --regen-all`, upload the goldens' folders, and say `preset: same-path`."
    )


PYTEST_REGRESSIONS = Preset(
    title="pytest-regressions",
    default=Suite(name="pytest-regressions", preset="pytest-regressions", goldens=(_GLOB,)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("pyproject.toml", "setup.py", "setup.cfg"),
    anywhere=("**",),
    seeks=f"`*{_OBTAINED}*`",
    advise=_advise,
)
