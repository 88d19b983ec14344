"""Make trees and artifacts out of a few words, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from diffing.digests import blob_id
from diffing.pairing import pair
from diffing.presets.registry import PRESETS
from diffing.words import Found, Member, Name, Read, Refused, Suite, Tree, TreeEntry

T = TypeVar("T")


def tree(*names: str, **modes: Iterable[str]) -> Tree:
    """Make a tree of plain files; `link=` and `module=` name symbolic links and submodules."""
    special = {"link": "120000", "module": "160000", "program": "100755"}
    listed = [(name, "100644") for name in names]
    listed += [(name, special[what]) for what, some in modes.items() for name in some]
    return {Name(name): TreeEntry(mode, blob_id(name.encode())) for name, mode in listed}


def members(*paths: str, artifact: str = "goldens") -> list[Member]:
    """Name files of one artifact."""
    return [Member(artifact, path) for path in paths]


def reading(files: Mapping[Member, bytes]) -> Read:
    """Read these files; refuse every other."""

    def read(member: Member) -> bytes:
        if member not in files:
            raise Refused("it is too large")
        return files[member]

    return read


NOTHING = reading({})


def suite(preset: str, *goldens: str, name: str = "") -> Suite:
    """Make a suite with a preset's defaults, but for these globs."""
    default = PRESETS[preset].default
    return Suite(name=name or preset, preset=preset, goldens=goldens or default.goldens, mode=default.mode)


def find(suite: Suite, kept: Sequence[Member], there: Tree, read: Read = NOTHING) -> list[Found]:
    """Let the suite's preset find the candidates."""
    return PRESETS[suite.preset].find(suite, kept, read, there)


def placed(suite: Suite, kept: Sequence[Member], there: Tree, read: Read = NOTHING) -> dict[str, str]:
    """Give for every golden that got a candidate the path of that candidate."""
    pairs = pair([suite], find(suite, kept, there, read), there, complete=False)
    return {each.name: each.found.member.path for each in pairs if each.placed and each.found}


def only(several: Sequence[T]) -> T:
    """Give the only one."""
    (one,) = several
    return one
