"""Find what Verify and ApprovalTests received: `X.received.txt` is for `X.verified.txt` or `X.approved.txt`.

Names by Verify's docs/naming.md. Where a project has several target frameworks, only the received file's name has
the framework (`X.DotNet8_0.received.txt`). Verify may also split by folders: `X.received/` and `X.verified/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from diffing.presets.places import Parts, folder, last, parts
from diffing.presets.preset import Bed, Preset
from diffing.presets.targets import Targets
from diffing.words import Found, Member, Name, Read, Suite, Tree

_RECEIVED, _VERIFIED, _APPROVED = "received", "verified", "approved"
_FRAMEWORK = re.compile(r"\.(?:DotNet|Net|Core|Mono)\d{1,3}_\d{1,3}\Z")
_GLOBS = tuple(f"**/*.{word}{rest}" for word in (_VERIFIED, _APPROVED) for rest in (".*", "/**"))


def find(suite: Suite, members: Sequence[Member], _read: Read, tree: Tree) -> list[Found]:
    """Find the candidates: beside their goldens, with another word in the name."""
    goldens = Targets(suite, tree, _is_golden)
    return [_place(goldens, member) for member in members if _is_received(member.path)]


def _recognise(members: Sequence[Member], tree: Tree) -> bool:
    return any(_is_received(member.path) for member in members) and any(_is_golden(name) for name in tree)


def _is_received(path: str) -> bool:
    return _swapped(parts(path), _VERIFIED) is not None


def _is_golden(name: Name) -> bool:
    return any(f".{word}." in name or f".{word}/" in name for word in (_VERIFIED, _APPROVED))


def _place(goldens: Targets, member: Member) -> Found:
    names = next((names for target in _targets(member) if (names := goldens.of_path(target))), [])
    return goldens.place(member, names, next(_targets(member)))


def _targets(member: Member) -> Iterator[Parts]:
    """Give the paths that the golden may have, the likeliest first."""
    path = parts(member.path)
    for word in (_VERIFIED, _APPROVED):
        for each in (path, _without_framework(path)):
            swapped = _swapped(each, word)
            if swapped is not None:
                yield swapped


def _swapped(path: Parts, word: str) -> Parts | None:
    """Put another word for *received*, in the file's name or a folder's; None where neither has it."""
    *above, file = path or ("",)
    stem, found, ending = file.rpartition(f".{_RECEIVED}.")
    if found and stem and ending:
        return (*above, f"{stem}.{word}.{ending}")
    for at in range(len(above) - 1, -1, -1):
        if above[at].endswith(f".{_RECEIVED}"):
            return (*above[:at], f"{above[at].removesuffix(_RECEIVED)}{word}", *above[at + 1 :], file)
    return None


def _without_framework(path: Parts) -> Parts:
    *above, file = path
    stem, found, ending = file.rpartition(f".{_RECEIVED}.")
    return (*above, f"{_FRAMEWORK.sub('', stem)}{found}{ending}")


def _bed(name: Name, tree: Tree) -> Bed | None:
    if name not in tree:
        return None
    word = _VERIFIED if f".{_VERIFIED}" in name else _APPROVED
    if f".{word}." not in last(name):
        above = name[: name.index(f".{word}/")]
        return Bed(folder=folder(above), glob=f"**/*.{word}/**")
    return Bed(folder=folder(name), glob=f"**/*.{word}.*" if folder(name) else f"*.{word}.*")


def _advise(_members: Sequence[Member]) -> str:
    return (
        "Verify and ApprovalTests leave what they received beside the golden: upload `**/*.received.*` also when "
        "the tests fail, with the folders it lies in."
    )


VERIFY = Preset(
    title="Verify and ApprovalTests",
    default=Suite(name="verify", preset="verify", goldens=_GLOBS),
    find=find,
    recognise=_recognise,
    bed=_bed,
    marks=(),
    anywhere=_GLOBS,
    seeks="`*.received.*`",
    advise=_advise,
)
