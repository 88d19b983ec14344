"""Find what jest-image-snapshot received: `__received_output__/ID-received.png` is for `../ID.png`."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Endings, by_path, files, folder, last, parts
from diffing.presets.preset import Bed, Preset, choose, found, listed
from diffing.words import Found, Member, Name, Read, Suite, Tree

_RECEIVED = "-received.png"
_FOLDER = "__received_output__"
_GOLDENS = "__image_snapshots__"
_COMPOSITE = "__diff_output__"


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates; a received folder of another name is looked for by the file's name alone."""
    goldens = by_path(name for name in files(tree) if name.endswith(".png"))
    return [_place(suite, member, goldens) for member in members if _is_received(member)]


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    usual = any(_FOLDER in parts(member.path) for member in members if _is_received(member))
    goldens = any(f"{_GOLDENS}/" in name for name in tree)
    return usual or (goldens and any(_is_received(member) for member in members))


def _is_received(member: Member) -> bool:
    return member.path.endswith(_RECEIVED)


def _place(suite: Suite, member: Member, goldens: Endings) -> Found:
    file = f"{last(member.path).removesuffix(_RECEIVED)}.png"
    target = (*(part for part in parts(folder(member.path)) if part != _FOLDER), file)
    names = choose(suite, goldens.meant(target) or goldens.ending((file,)))
    why = f"It may be {listed(names)}." if names else f"The repository has no golden `{file}`."
    return found(suite, member, names, why=why)


def _bed(name: Name, _tree: Tree) -> Bed:
    split = parts(folder(name))
    if _GOLDENS not in split:
        return Bed(folder="/".join(split), glob="*.png")
    return Bed(folder="/".join(split[: split.index(_GOLDENS)]), glob=f"**/{_GOLDENS}/**/*.png")


def _advise(members: Sequence[Member]) -> str:
    composites = [member.path for member in members if _COMPOSITE in parts(member.path)]
    seen = f"There are only composites ({listed(composites)}). " if composites else ""
    return (
        f"{seen}jest-image-snapshot keeps what it received only with `storeReceivedOnFailure: true`: set it, and "
        f"upload `**/{_GOLDENS}/{_FOLDER}/`. With `--ci` it writes nothing for a golden that is not there yet."
    )


JEST_IMAGE_SNAPSHOT = Preset(
    title="jest-image-snapshot",
    default=Suite(name="jest-image-snapshot", preset="jest-image-snapshot", goldens=(f"**/{_GOLDENS}/**/*.png",)),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("package.json",),
    anywhere=("**/*.png",),
    seeks=f"`{_FOLDER}/*{_RECEIVED}`",
    advise=_advise,
)
