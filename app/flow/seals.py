"""Seal what the bot writes, so that it knows its own words again when somebody else could edit them. Pure."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from hashlib import sha256

from bots import markers
from bots.forge import Repo


@dataclass(frozen=True, slots=True)
class Place:
    """The change on which a comment stands. What is sealed for one fits no other."""

    repo: Repo
    number: str
    change_id: int


@dataclass(frozen=True, slots=True)
class Seals:
    """Makes seals with a key that is for nothing else."""

    key: bytes = field(repr=False)

    def seal(self, place: Place, text: str) -> str:
        """Give the seal of a text at a place."""
        said = json.dumps([place.repo.host, place.repo.id, place.number, place.change_id, text])
        return hmac.new(self.key, said.encode(), sha256).hexdigest()[:40]

    def fits(self, place: Place, comment: str) -> bool:
        """Did we write this comment, there, whatever boxes were ticked in it since?"""
        mark = markers.read_report(comment)
        if mark is None:
            return False
        ours = self.seal(place, markers.unsealed(comment))
        return hmac.compare_digest(ours.encode(), mark.seal.encode(errors="replace"))
