"""Put the opened artifacts of a pipeline side by side, so that a member is named once and read when needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from bots.forge import Archive
from diffing.words import Member


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every member of several archives. Shards of one suite lie here together."""

    archives: Mapping[str, Archive]
    lock: Lock

    def __len__(self) -> int:
        """Count what lies here."""
        return sum(len(archive.paths) for archive in self.archives.values())

    @property
    def members(self) -> list[Member]:
        """Name what lies here, in a stable order."""
        return sorted(Member(name, path) for name, archive in self.archives.items() for path in archive.paths)

    def size(self, member: Member) -> int:
        """Give how many bytes a member has at most; 0 where there is none."""
        return self.archives[member.artifact].size(member.path)

    def read(self, member: Member) -> bytes:
        """Give a member's bytes. One at a time: an archive is one open file."""
        with self.lock:
            return self.archives[member.artifact].read(member.path)


def fill(archives: Mapping[str, Archive]) -> Shelf:
    """Make a shelf of open archives, by artifact name."""
    return Shelf(archives, Lock())
