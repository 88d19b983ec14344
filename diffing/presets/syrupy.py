"""Find what syrupy updated: its `__snapshots__/` folders, as `--snapshot-update` leaves them.

syrupy keeps nothing of a failure. One `.ambr` holds many goldens; it is compared, and committed, whole."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import folder, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_FOLDER, _AMBER = "__snapshots__", ".ambr"
_GLOB = f"**/{_FOLDER}/**"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates: each where its golden lies, below any other folder."""
    goldens = Targets(suite, tree, _is_golden)
    kept = [(member, parts(member.path)) for member in members if _is_golden(member.path)]
    return [goldens.place(member, goldens.of_path(path), path) for member, path in kept]


def _is_golden(path: str) -> bool:
    return _FOLDER in parts(folder(path)) or path.endswith(_AMBER)


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    """Jest and others have folders of that name too; the `.ambr` of a module are syrupy's alone."""
    return any(member.path.endswith(_AMBER) for member in members)


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = parts(folder(name))
    if name not in tree or _FOLDER not in above:
        return None
    return Bed(folder="/".join(above[: above.index(_FOLDER)]), glob=_GLOB)


def _advise(_members: Sequence[Member]) -> str:
    return (
        "syrupy keeps nothing of a failure: run `pytest --snapshot-update` in a step of its own, also when the "
        f"tests have failed, and upload `**/{_FOLDER}/`."
    )


SYRUPY = Preset(
    title="syrupy",
    default=Suite(name="syrupy", preset="syrupy", goldens=(_GLOB,)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("pyproject.toml", "setup.py", "setup.cfg"),
    anywhere=(_GLOB,),
    seeks=f"`{_FOLDER}/*{_AMBER}`",
    advise=_advise,
)
