"""Find what insta left to be reviewed: `X.snap.new` is for `X.snap`, `X.snap.new.png` for `X.snap.png`.

By insta's src/runtime.rs and src/snapshot.rs. With INSTA_PENDING_DIR they lie in a tree of their own, below the
same folders. A pending file also says `assertion_line`, which insta does not compare."""

from __future__ import annotations

from collections.abc import Sequence

from diffing.presets.places import Parts, folder, last, parts
from diffing.presets.preset import Bed, Preset, listed
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_PENDING, _KEPT, _INLINE = ".snap.new", ".snap", ".pending-snap"
_GLOBS = ("**/*.snap", "**/*.snap.*")


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates, beside their goldens or below the same folders."""
    goldens = Targets(suite, tree, _is_golden)
    wanted = ((member, _target(member.path)) for member in members)
    return [goldens.place(member, goldens.of_path(target), target) for member, target in wanted if target]


def _target(path: str) -> Parts:
    """Give the golden's path as far as the artifact tells it; nothing for another file."""
    *above, file = parts(path) or ("",)
    stem, found, ending = file.rpartition(_PENDING)
    is_pending = bool(found and stem) and (not ending or ending.startswith("."))
    return (*above, f"{stem}{_KEPT}{ending}") if is_pending else ()


def _is_golden(name: Name) -> bool:
    return name.endswith(_KEPT) or f"{_KEPT}." in last(name)


def _recognise(members: Sequence[Member], _tree: Tree) -> bool:
    return any(_target(member.path) for member in members)


def _bed(name: Name, tree: Tree) -> Bed | None:
    above = folder(name)
    return Bed(folder=above, glob="*.snap*") if name in tree else None


def _lacks(members: Sequence[Member], _read: Read, _tree: Tree) -> Sequence[str]:
    inline = [member.path for member in members if member.path.endswith(_INLINE)]
    said = (
        f"insta left inline goldens to be reviewed ({listed(inline)}). They stand in the source, "
        "so only `cargo insta review` can accept them."
    )
    return (said,) if inline else ()


def _advise(_members: Sequence[Member]) -> str:
    return (
        "insta writes what differs only with `INSTA_UPDATE=new` where CI is set: run the tests with that and with "
        "`INSTA_PENDING_DIR=pending`, and upload that folder also when the tests fail."
    )


INSTA = Preset(
    title="insta",
    default=Suite(name="insta", preset="insta", goldens=_GLOBS),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=("Cargo.toml",),
    anywhere=_GLOBS,
    seeks=f"`*{_PENDING}`",
    advise=_advise,
    lacks=_lacks,
)
