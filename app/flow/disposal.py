"""Delete files to which no row refers: claim, delete, record. What somebody needs meanwhile stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from app.flow.parts import Parts
from app.flow.retention import UNSEEN
from diffing.words import Digest
from storage import discards, forgotten, git_blobs, references, thumbnails
from storage.blobs import Kept

MOST = 500
"""Rows in one transaction: others wait for as long as one takes."""
_AT_ONCE = 100
"""Files that are deleted in one go."""
_LEASE, _MARGIN = timedelta(minutes=5), timedelta(minutes=3)
"""So long files are held to be deleted; and so much of it must be left where deleting begins."""
_BATCHED = timedelta(hours=12)
"""Batches of younger runs hold only files that are too new to go."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one step deleted, or all of them did."""

    changes: int = 0
    runs: int = 0
    rows: int = 0
    """Of comparisons, mostly."""
    deliveries: int = 0
    """Of which the body is deleted, or all."""
    files: int = 0
    bytes: int = 0
    orphans: int = 0
    """Files of which no row knew. They go a day later."""

    def __add__(self, other: Done) -> Done:
        """Give what two did together."""
        return Done(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Claim:
    """Files that are held until a moment, to be deleted."""

    until: datetime
    digests: Sequence[Digest]
    standing: Sequence[Kept]
    """Those of them that are there."""


def dispose(parts: Parts, clock: Clock) -> Iterator[Done]:
    """Delete the files that were to go since a day, and to which nothing refers, so many at a time."""
    while due := _due(parts, clock()):
        claimed = claim(parts, due, clock())
        yield deleted(parts, claimed, clock)


def suspected(parts: Parts, clock: Clock, *, after: Digest | None = None) -> Iterator[tuple[Digest, Done]]:
    """Look through the storage, from behind a file on, for files of which no row knows; give how far that is.

    They wait for a day, as all that is to go: a run that is compared just now may rely on one."""
    listed = parts.blobs.walk(after)
    while page := list(islice(listed, MOST)):
        yield page[-1].digest, Done(orphans=_suspected(parts, page, clock()))


def claim(parts: Parts, due: Sequence[Digest], now: datetime) -> Claim:
    """Hold files to which nothing refers, and note that they are no longer kept: whoever is stopped then has told
    of more than was deleted, and deletes it the next time."""
    standing = {each: parts.blobs.about(each) for each in due}
    young = [each for each in standing.values() if each and each.written_at > now - UNSEEN]
    with parts.db.begin() as db:
        for each in young:
            discards.put_off(db, each.digest, since=each.written_at, now=now)
        old = set(due) - {each.digest for each in young}
        discards.keep(db, references.held(db, old, batched_before=now - _BATCHED), now=now)
        mine = sorted(discards.claim(db, old, now=now, until=now + _LEASE))
        _told(db, mine, now)
    return Claim(now + _LEASE, mine, [kept for each in mine if (kept := standing[each])])


def deleted(parts: Parts, claimed: Claim, clock: Clock) -> Done:
    """Delete the files that are held, and record it. Too late, they are left to whoever holds them next."""
    if clock() > claimed.until - _MARGIN:
        return Done()
    gone = parts.blobs.discard(claimed.standing) if claimed.standing else 0
    left = _left(parts, claimed) if gone < len(claimed.standing) else []
    with parts.db.begin() as db:
        for each in left:
            discards.give_back(db, each.digest, since=each.written_at, until=claimed.until)
        discards.finish(db, claimed.digests, until=claimed.until)
    size = sum(each.size for each in claimed.standing) - sum(each.size for each in left)
    return Done(files=len(claimed.standing) - len(left), bytes=size)


def _due(parts: Parts, now: datetime) -> list[Digest]:
    with parts.reading() as db:
        return discards.due(db, before=now - UNSEEN, now=now, most=_AT_ONCE)


def _told(db: Connection, digests: Sequence[Digest], now: datetime) -> None:
    """Have pages say since when files are gone, and forget what was known of them."""
    forgotten.note(db, references.named(db, digests), now=now)
    discards.suspect(db, thumbnails.drop_all(db, digests), now=now)
    git_blobs.forget(db, digests)


def _left(parts: Parts, claimed: Claim) -> list[Kept]:
    return [kept for each in claimed.standing if (kept := parts.blobs.about(each.digest))]


def _suspected(parts: Parts, page: Sequence[Kept], now: datetime) -> int:
    old = {each.digest for each in page if each.written_at <= now - UNSEEN}
    with parts.db.begin() as db:
        unknown = old - references.held(db, old, batched_before=now - _BATCHED)
        return discards.suspect(db, unknown, now=now)
