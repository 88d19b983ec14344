"""Find what Lost Pixel drew: `.lostpixel/current/NAME.png` is for `.lostpixel/baseline/NAME.png`."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Parts, folder, is_picture, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Mode, Name, Read, Suite, Tree

_OWN, _DRAWN, _COMPARED, _GOLDENS = ".lostpixel", "current", "difference", "baseline"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates: all that Lost Pixel drew, changed or not."""
    targets = Targets(suite, tree)
    pictures = [member for member in members if is_picture(member.path)]
    aimed = [(member, target) for member in pictures if (target := _target(parts(member.path)))]
    aimed = aimed or [(member, (_GOLDENS, *parts(member.path))) for member in pictures if not _is_copy(member)]
    return [targets.place(member, targets.of_path(target), target) for member, target in aimed]


def _target(path: Parts) -> Parts:
    """Give the golden's path; nothing where this was not drawn, or `current/` itself was cut off."""
    at = next((at for at in range(len(path) - 2, -1, -1) if path[at] == _DRAWN), None)
    return () if at is None else (*path[:at], _GOLDENS, *path[at + 1 :])


def _is_copy(member: Member) -> bool:
    return bool({_COMPARED, _GOLDENS} & set(parts(folder(member.path))))


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    own = f"{_OWN}/{_DRAWN}/"
    if any(own in member.path for member in members):
        return True
    goldens = any(f"{_OWN}/{_GOLDENS}/" in name for name in tree)
    return goldens and any(member.path.startswith(f"{_DRAWN}/") for member in members)


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = parts(folder(name))
    at = next((at for at in range(len(above) - 1) if above[at : at + 2] == (_OWN, _GOLDENS)), None)
    goldens = "" if at is None else "/".join(above[: at + 2])
    there = goldens and any(each.startswith(f"{goldens}/") for each in tree)
    return Bed(folder=goldens, glob="**/*.png") if there else None


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Lost Pixel keeps what it drew in `.lostpixel/current/`. That folder is hidden: upload it with "
        "`include-hidden-files: true`, also when the comparison fails."
    )


LOST_PIXEL = Preset(
    title="Lost Pixel",
    default=Suite(
        name="lost-pixel", preset="lost-pixel", goldens=(f"**/{_OWN}/{_GOLDENS}/**/*.png",), mode=Mode.ALL
    ),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("lostpixel.config.ts", "lostpixel.config.js", "lostpixel.config.mjs", "lostpixel.config.cjs"),
    anywhere=(f"**/{_OWN}/{_GOLDENS}/**/*.png",),
    seeks="`.lostpixel/current/*.png`",
    advise=_advise,
)
