"""Bring the absolute paths of a report home: into the artifact for what was drawn, into the tree for goldens."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from diffing.presets.places import Parts, overlap, parts
from diffing.words import Member, Name, Tree

_MOST_VOTES = 5000
_MOST_ROOTS = 20
_MOST_ALIKE = 100
"""Members that lie in a folder of one name under one name; which of more is meant, nobody can say."""
_WORKSPACE = re.compile(
    r"(?:/home/runner/work/[^/]+/[^/]+|/__w/[^/]+/[^/]+|/github/workspace|[A-Za-z]:/a/[^/]+/[^/]+|/builds/[^/]+/[^/]+)/"
)
"""Where GitHub's runners, its containers, its Windows machines, and GitLab's runners check a repository out."""


class Kept:
    """What an artifact kept of a machine's files."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_end: defaultdict[Parts, list[tuple[Parts, Member]]] = defaultdict(list)
        for member in members:
            own = parts(member.path)
            self._by_end[own[-2:]].append((own, member))

    def find(self, path: str, artifact: str) -> Member | None:
        """Give the member that was this file: same name in the same folder, in this artifact if there are several.

        A member without any folder may have lost it."""
        whole = parts(path)
        alike = self._by_end.get(whole[-2:]) or self._by_end.get(whole[-1:]) or []
        ranked = [((overlap(own, whole), each.artifact == artifact), each) for own, each in alike[:_MOST_ALIKE]]
        return max(ranked)[1] if ranked else None


class Workspace:
    """Where the machines had the repository checked out."""

    def __init__(self, paths: Iterable[str], tree: Tree) -> None:
        votes = Counter(root for path in list(paths)[:_MOST_VOTES] for root in _roots(parts(path), tree))
        self._roots = [root for root, _ in votes.most_common(_MOST_ROOTS)]

    def name(self, path: str) -> Name | None:
        """Give a path as it stands in the repository; None where that cannot be told."""
        whole = parts(path)
        for root in self._roots:
            if whole[: len(root)] == root and len(whole) > len(root):
                return Name("/".join(whole[len(root) :]))
        usual = _WORKSPACE.match(path.replace("\\", "/"))
        return Name("/".join(parts(path[usual.end() :]))) if usual and whole else None


def _roots(path: Parts, tree: Tree) -> list[Parts]:
    """Give what stands before the longest end of a path that is a file of the tree."""
    return next(([path[:at]] for at in range(len(path)) if Name("/".join(path[at:])) in tree), [])
