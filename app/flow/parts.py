"""Hold what every flow works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine

from app.flow.links import Links
from app.flow.room import Room
from app.flow.seals import Seals
from bots.events import Post, Webhook
from bots.forge import Forge
from diffing.words import Difference, Rules
from storage import database
from storage.blobs import Blobs


class Pictures(StrEnum):
    """In whose comments pictures may stand, where whoever has a picture's link can see it."""

    OFF = "off"
    PUBLIC = "public"  # of public repositories only
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts that `app.main` put together. A flow knows none of them by its maker's name."""

    db: Engine
    blobs: Blobs
    webhooks: Mapping[str, Webhook]
    forges: Mapping[str, Forge]
    """Both by host."""
    differ: Callable[[bytes, bytes, Rules], Difference]
    cut: Callable[[bytes], bytes]
    """Give the candidate out of a composite. Raises Refused, with a clause about "it"."""
    links: Links
    seals: Seals
    posts: Mapping[str, Post] = field(default_factory=dict)
    """Of the hosts that remember their deliveries, and deliver one again when asked."""
    pictures: Pictures = Pictures.OFF
    gather: float = 5.0
    """Seconds that an approval waits for the next one to share its commit."""
    room: Room = field(default_factory=lambda: Room(128 << 20))
    """In which all threads hold the files that they are looking at: two of the largest, in bytes."""
    lists: Room = field(default_factory=lambda: Room(256 << 20))
    """In which all threads hold lists of files, of git's and of CI's: one large run's, or many small ones'."""
    lease: timedelta = timedelta(minutes=10)
    """How long a claimed piece of work is left alone before somebody else takes over."""
    held: timedelta = timedelta(minutes=3)
    """The same for what is compared: whoever is at it says so every half minute."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Read one state of the database, keeping nobody from writing."""
        return database.reading(self.db)
