"""Remember the artifacts that were handed over: one small JSON file a pipeline, so that a restart knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from diffing.words import Refused, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Folders or zips that somebody handed over as what CI kept for one commit of one branch."""

    id: str
    """A number; a later handover has a larger one."""
    repo: str
    branch: str
    head: Sha
    source: str
    """What drew them; a later handover of the same source replaces this one."""
    artifacts: Mapping[str, str]
    """Absolute path by the artifact's name."""


class Handovers:
    """All handovers, in a folder of their own. Nothing else is ever opened as an artifact."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, *, repo: str, branch: str, head: Sha, source: str, artifacts: Mapping[str, Path]) -> Handover:
        """Keep a handover under the next free number."""
        paths = {name: str(path.resolve()) for name, path in artifacts.items()}
        handover = Handover(id="", repo=repo, branch=branch, head=head, source=source, artifacts=paths)
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            numbered = replace(handover, id=str(1 + max((int(each.id) for each in self._all()), default=0)))
            try:
                _write(self._folder / f"{numbered.id}.json", numbered)
            except FileExistsError:  # another process took that number
                continue
            return numbered

    def get(self, key: str) -> Handover | None:
        """Give a handover by its id; None where there is none."""
        return next((each for each in self._all() if each.id == key), None)

    def of(self, repo: str, branch: str, heads: Iterable[Sha]) -> list[Handover]:
        """Give what was handed over for a branch while it stood at one of these commits, oldest first."""
        wanted = set(heads)
        mine = (each for each in self._all() if (each.repo, each.branch) == (repo, branch) and each.head in wanted)
        return sorted(mine, key=lambda each: int(each.id))

    def _all(self) -> list[Handover]:
        return [_read(path) for path in self._folder.glob("*.json")]


def _write(path: Path, handover: Handover) -> None:
    """Write a file whole or not at all, and never over another."""
    with NamedTemporaryFile("w", dir=path.parent, suffix=".part") as part:
        json.dump(asdict(handover), part)
        part.flush()
        path.hardlink_to(part.name)


def _read(path: Path) -> Handover:
    try:
        return Handover(**json.loads(path.read_bytes()))
    except (TypeError, ValueError) as error:
        raise Refused(f"{path} is damaged. Remove it and hand the artifact over again.") from error
