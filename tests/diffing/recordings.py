"""Read what frameworks really left behind, as `tests/recorded/` keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from diffing.digests import blob_id
from diffing.pairing import pair
from diffing.presets.registry import PRESETS, infer
from diffing.words import Found, Member, Name, Pair, Read, Suite, Tree, TreeEntry
from tests.diffing.artifacts import reading

_RECORDED = Path(__file__).parents[1] / "recorded"


@dataclass(frozen=True)
class Recording:
    """One run of a framework's tests: what git held, and what CI kept."""

    framework: str
    scenario: str

    @cached_property
    def goldens(self) -> dict[Name, bytes]:
        """Git's files: the little project, and the goldens that its tests had drawn."""
        folders = (_RECORDED / self.framework / "project", self._output / "repository")
        return {Name(path): content for folder in folders for path, content in _files(folder)}

    @cached_property
    def tree(self) -> Tree:
        """Git's files as a tree."""
        return {name: TreeEntry("100644", blob_id(content)) for name, content in self.goldens.items()}

    @cached_property
    def kept(self) -> dict[Member, bytes]:
        """The artifact's files."""
        return {Member("goldens", path): content for path, content in _files(self.artifact)}

    @property
    def artifact(self) -> Path:
        """The folder that holds what CI kept."""
        return self._output / "artifact"

    @property
    def members(self) -> list[Member]:
        """The artifact's files by name."""
        return list(self.kept)

    @property
    def read(self) -> Read:
        """Give a file of the artifact."""
        return reading(self.kept)

    @property
    def _output(self) -> Path:
        return _RECORDED / self.framework / "output" / self.scenario

    def without(self, ending: str) -> list[Member]:
        """Name the artifact's files but those of this ending."""
        return [member for member in self.kept if not member.path.endswith(ending)]

    def find(self, suite: Suite, members: list[Member] | None = None) -> list[Found]:
        """Let the suite's preset find the candidates, among some of the files or all."""
        chosen = self.members if members is None else members
        return PRESETS[suite.preset].find(suite, chosen, self.read, self.tree)

    def pairs(self, *suites: Suite, members: list[Member] | None = None) -> list[Pair]:
        """Find and pair as a run does; without suites they are recognised, as where nothing is configured."""
        chosen = self.members if members is None else members
        used = list(suites) or infer(chosen, self.read, self.tree)
        found = [each for suite in used for each in self.find(suite, chosen)]
        return pair(used, found, self.tree, complete=True)

    def placed(self, *suites: Suite, members: list[Member] | None = None) -> dict[str, str]:
        """Give for every golden that got a candidate the path of that candidate."""
        pairs = self.pairs(*suites, members=members)
        return {each.name: each.found.member.path for each in pairs if each.placed and each.found}


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
