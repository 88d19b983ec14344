"""Find what pytest-image-snapshot saved: `X.new.png` is for `X.png` beside it."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Parts, beside, folder, is_picture, last, parts
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_NEW, _DIFFERENCE = ".new", ".diff"
_OPTION = "--image-snapshot-save-diff"
_GLOB = "**/{test,tests}/**/*.{png,jpg,jpeg,webp,gif,bmp}"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates; the copy of the golden that was compared lies beside them."""
    goldens, there = Targets(suite, tree, is_picture), frozenset(members)
    return [_place(goldens, member, there) for member in members if _target(member.path)]


def _place(goldens: Targets, member: Member, there: frozenset[Member]) -> Found:
    target = _target(member.path)
    copy = Member(member.artifact, beside(member.path, target[-1]))
    names = goldens.of_path(target)
    return goldens.place(member, names, target, reference=copy if copy in there else None)


def _target(path: str) -> Parts:
    """Give the golden's path as far as the artifact tells it; nothing for another file."""
    *above, file = parts(path) or ("",)
    stem, _, ending = file.rpartition(".")
    own = stem.removesuffix(_NEW)
    return (*above, f"{own}.{ending}") if own and own != stem and is_picture(file) else ()


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    """A new picture and its difference lie side by side: no other framework's do."""
    there = {(member.artifact, member.path) for member in members}
    return any((each.artifact, _beside(each.path)) in there for each in members if _target(each.path))


def _beside(path: str) -> str:
    stem, _, ending = last(path).rpartition(".")
    return beside(path, f"{stem.removesuffix(_NEW)}{_DIFFERENCE}.{ending}")


def _bed(name: Name, tree: Tree) -> Bed | None:
    above, ending = folder(name), name.rpartition(".")[2]
    return Bed(folder=above, glob=f"**/*.{ending}" if above else f"*.{ending}") if name in tree else None


def _advise(members: Sequence[Member]) -> str:
    compared = [member.path for member in members if _is_difference(member.path)]
    seen = f"There are only differences ({listed(compared)}). " if compared else ""
    return (
        f"{seen}pytest-image-snapshot saves what it drew only with `{_OPTION}`: run the tests with that, and "
        "upload the folders of the goldens. A golden that is not there yet it writes in place: "
        "`preset: same-path` finds that."
    )


def _is_difference(path: str) -> bool:
    return is_picture(path) and last(path).rpartition(".")[0].endswith(_DIFFERENCE)


PYTEST_IMAGE_SNAPSHOT = Preset(
    title="pytest-image-snapshot",
    default=Suite(name="pytest-image-snapshot", preset="pytest-image-snapshot", goldens=(_GLOB,)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("pyproject.toml", "setup.py", "setup.cfg"),
    anywhere=("**",),
    seeks=f"`*{_NEW}.png`",
    advise=_advise,
)
