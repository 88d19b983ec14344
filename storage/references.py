"""Say which rows hold files, so that a file goes only when none does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Exists,
    String,
    and_,
    column,
    exists,
    literal_column,
    select,
    values,
)

from diffing.words import Digest
from storage.tables import approvals, batches, changes, comparisons, runs, thumbnails


class Bond(StrEnum):
    """What a column has to do with files."""

    HOLDS = "holds"
    """The files that it names must be kept."""
    NAMES = "names"
    """It names files that may be gone: the audit, what is fetched again, what says that they are gone."""
    NONE = "none"
    """It names none: commits, git's ids, fingerprints, texts."""


BONDS = {
    "approvals.base": Bond.NONE,
    "approvals.commit": Bond.NONE,
    "approvals.files": Bond.HOLDS,  # until they are committed
    "approvals.head": Bond.NONE,
    "batches.found": Bond.HOLDS,
    "batches.pairs": Bond.HOLDS,
    "changes.base": Bond.NONE,
    "changes.head": Bond.NONE,
    "comparisons.candidate": Bond.HOLDS,
    "comparisons.difference": Bond.NONE,
    "comparisons.fingerprint": Bond.NONE,
    "comparisons.golden": Bond.HOLDS,
    "comparisons.golden_blob": Bond.NONE,
    "comparisons.mask": Bond.HOLDS,
    "decisions.candidate": Bond.NAMES,
    "decisions.head": Bond.NONE,
    "deliveries.body": Bond.NONE,
    "discards.digest": Bond.NAMES,
    "duties.mark": Bond.NAMES,
    "forgotten.digest": Bond.NAMES,
    "git_blobs.blob_id": Bond.NONE,
    "git_blobs.digest": Bond.NAMES,  # fetched again where it is gone
    "publications.annotated": Bond.NONE,
    "publications.head": Bond.NONE,
    "runs.base": Bond.NONE,
    "runs.globs": Bond.NONE,
    "runs.head": Bond.NONE,
    "runs.notes": Bond.NONE,
    "thumbnails.digest": Bond.NAMES,  # the small picture goes with its file
    "thumbnails.small": Bond.HOLDS,
    "visits.word": Bond.NONE,
    "watches.head": Bond.NONE,
}
"""Of every column that could hold a digest. A test finds a new one that is not named here."""
_SHOWN = (comparisons.c.golden, comparisons.c.candidate, comparisons.c.mask)
_DIFFERENT = comparisons.c.outcome != literal_column("'same'")
"""An unchanged golden was found by its id in git: its row needs no file. In these words the indexes have it."""
_Condition = Callable[[ColumnElement[Any]], Exists]
"""Is it true of this digest?"""
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def held(db: Connection, digests: Collection[Digest], *, batched_before: datetime) -> set[Digest]:
    """Give those of some files that must be kept. It costs a few looks into indexes for each of them.

    `batched_before`: what waits in batches of runs that were queued before is held. What younger ones put is too
    new to go."""
    live = runs.c.emptied_at.is_(None)
    shown = _among(db, digests, [_shown(each, live) for each in _SHOWN])
    small = _among(db, digests, [lambda digest: exists().where(thumbnails.c.small == digest)])
    return shown | small | {*_wished(db), *_batched(db, batched_before)}.intersection(digests)


def named(db: Connection, digests: Collection[Digest]) -> set[Digest]:
    """Give those of some files that a run still names, whether or not they are kept for it."""
    return _among(db, digests, [_shown(each) for each in _SHOWN])


def besides(db: Connection, digests: Collection[Digest], going: ColumnElement[bool]) -> set[Digest]:
    """Give those of some files that runs would hold still, were those gone of which this is true."""
    stays = (runs.c.emptied_at.is_(None), changes.c.id == runs.c.change_id, going.is_not(True))
    return _among(db, digests, [_shown(each, *stays) for each in _SHOWN])


def _among(db: Connection, digests: Collection[Digest], conditions: Iterable[_Condition]) -> set[Digest]:
    """Give those of some files of which one of the conditions is true."""
    if not digests:
        return set()
    rows = [(each,) for each in sorted(set(digests))]
    asked = values(column("digest", String(64)), name="asked").data(rows).cte("asked")
    queries = [select(asked.c.digest).where(condition(asked.c.digest)) for condition in conditions]
    return {Digest(each) for query in queries for each in db.execute(query).scalars()}


def _shown(file: Column[Any], *limits: ColumnElement[bool]) -> _Condition:
    """Make the condition that some row of a run names a digest in this column."""
    row = and_(_DIFFERENT, runs.c.id == comparisons.c.run_id, *limits)
    return lambda digest: exists().where(file == digest, row)


def _wished(db: Connection) -> Iterator[Digest]:
    """Give the files that somebody wants to have committed, and that are not yet."""
    waiting = select(approvals.c.files).where(approvals.c.state.in_(("requested", "committing")))
    return _digests(db.execute(waiting).scalars())


def _batched(db: Connection, before: datetime) -> Iterator[Digest]:
    """Give the files in batches of runs that wait since long: their forge may be down for days."""
    old = select(batches.c.pairs, batches.c.found).join(runs, runs.c.id == batches.c.run_id)
    return _digests(chain.from_iterable(db.execute(old.where(runs.c.created_at <= before))))


def _digests(documents: Iterable[object]) -> Iterator[Digest]:
    return (Digest(each) for document in documents for each in _DIGEST.findall(json.dumps(document)))
