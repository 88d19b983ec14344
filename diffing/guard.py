"""Say why a file may not be committed. Every path and every byte here was made by whoever wrote the change."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from diffing.formats import EXTENSIONS, Format, sniff
from diffing.globs import matches_any
from diffing.words import Name, Tree, TreeEntry

_MOST_CHARACTERS = 1000
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BACKWARDS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# HFS+ reads a name as if these were not in it (git's utf8.c, next_hfs_char).
_UNSEEN = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# NTFS keeps a short name beside each long one: git~1 is .git, gi7eba~1 may be .gitmodules (git's path.c).
_SHORT = re.compile(r"gi[a-z0-9]{0,4}~[0-9]+")
_PROTECTED = frozenset(
    {
        "codeowners",
        ".golddigger.yml",
        ".golddigger.yaml",
        ".circleci",
        ".buildkite",
        ".forgejo",
        ".drone.yml",
        ".travis.yml",
        ".woodpecker.yml",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "jenkinsfile",
    }
)
_REGULAR = "100"


def refusal(name: str, content: bytes | None, globs: Sequence[str] | None, tree: Tree) -> str | None:
    """Say why a file may not be written (`content`) or removed (None) at a path; None where it may.

    `globs` are the suite's, from the base branch; None where no configuration draws such a line."""
    return Ground(tree).refusal(name, content, globs)


def protected(part: str) -> bool:
    """Is this a name of one folder or file that steers git, the forge, CI or Golddigger itself?"""
    plain = _UNSEEN.sub("", part).casefold().partition(":")[0].rstrip(". ")
    return plain.startswith(".git") or plain in _PROTECTED or _SHORT.fullmatch(plain) is not None


@dataclass(frozen=True)
class Ground:
    """A commit's tree, onto which several files are to be put."""

    tree: Tree

    def refusal(self, name: str, content: bytes | None, globs: Sequence[str] | None) -> str | None:
        """Say why a file may not be written or removed here, as `refusal` does."""
        return next(self._reasons(name, content, globs), None)

    def _reasons(self, name: str, content: bytes | None, globs: Sequence[str] | None) -> Iterator[str]:
        yield from _spelling(name)
        if any(protected(part) for part in name.split("/")):
            yield "files that steer git, CI or reviews are never written by the bot"
        if globs is not None and not matches_any(name, globs):
            yield _outside(globs)
        yield from self._obstacles(Name(name))
        if content is not None:
            yield from _doubts(name, content)

    def _obstacles(self, name: Name) -> Iterator[str]:
        if name in self.tree and not _is_file(self.tree[name]):
            yield f"it is {_what(self.tree[name])} in the repository"
        for folder in _folders(name):
            if folder in self.tree:
                yield f"`{folder}`, on the way to it, is {_what(self.tree[folder])} in the repository"
        if name not in self.tree:
            yield from self._collisions(name)

    def _collisions(self, name: Name) -> Iterator[str]:
        if name in self._all_folders:
            yield "it is a folder in the repository"
        for path in (name, *_folders(name)):
            twin = self._folded.get(_fold(path))
            if twin is not None and twin != path:
                yield f"it would be the same file as `{twin}` where letter case or Unicode form does not count"

    @cached_property
    def _folded(self) -> Mapping[str, Name]:
        return {_fold(name): name for name in self.tree}

    @cached_property
    def _all_folders(self) -> frozenset[str]:
        return frozenset(folder for name in self.tree for folder in _folders(name))


def _spelling(name: str) -> Iterator[str]:
    parts = name.split("/")
    if not name or len(name) > _MOST_CHARACTERS:
        yield f"a path has 1 to {_MOST_CHARACTERS} characters"
    if any(unicodedata.category(char) in _CONTROL or char in _BACKWARDS for char in name):
        yield "its path holds control characters"
    if "\\" in name:
        yield "its path holds a backslash"
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        yield "its path is absolute"
    if any(part in {"", ".", ".."} for part in parts):
        yield "its path has empty parts, or leads out of the repository"
    if any(part != part.rstrip(". ") for part in parts):
        yield "a name in its path ends in a dot or a space, which Windows would drop"


def _doubts(name: str, content: bytes) -> Iterator[str]:
    """Say where a file is not what its name promises: the picture of that format, a PDF, or else text."""
    ending = PurePosixPath(name).suffix.lower()
    promised, is_now = EXTENSIONS.get(ending, Format.TEXT), sniff(content)
    if promised is not Format.TEXT and is_now is not promised:
        yield f"it is named {ending}, and its first bytes are not {promised}'s"
    elif promised is Format.TEXT and is_now is not Format.TEXT:
        yield "it is neither a picture or PDF by its name nor UTF-8 text by its bytes"


def _outside(globs: Sequence[str]) -> str:
    listed = ", ".join(f"`{glob}`" for glob in globs[:5]) or "nothing"
    return f"it lies outside the suite's goldens ({listed})"


def _folders(name: str) -> Iterator[Name]:
    """Give the folders a path leads through, the outermost first."""
    at = name.find("/")
    while at > 0:
        yield Name(name[:at])
        at = name.find("/", at + 1)


def _fold(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _is_file(entry: TreeEntry) -> bool:
    return entry.mode.startswith(_REGULAR)


def _what(entry: TreeEntry) -> str:
    return {"120000": "a symbolic link", "160000": "a submodule", "040000": "a folder"}.get(entry.mode, "a file")
