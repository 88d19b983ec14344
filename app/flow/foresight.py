"""Say what cleaning would delete now. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, false, or_

from app.flow.disposal import MOST, Done
from app.flow.parts import Parts
from app.flow.retention import Retention, before
from diffing.words import Digest
from storage import cleaning, discards, references
from storage.cleaning import Mark
from storage.tables import changes, runs

_ALL = 10_000_000


def foresee(parts: Parts, kept: Retention, now: datetime) -> Iterator[Done]:
    """Tell, run by run, what would go. A file counts once: where no run that stays holds it, a day later."""
    with parts.reading() as db:
        replaced, over = _due(db, kept, now)
        yield Done(deliveries=_deliveries(db, kept, now))
        waiting = set(discards.all_of(db, most=_ALL))
    seen: set[Digest] = set()
    yield _files(parts, waiting, seen, kept, now)
    for run_id, all_of_it in [*((each, False) for each in replaced), *((each, True) for each in over)]:
        yield from _run(parts, run_id, seen, kept, now, all_of_it=all_of_it)


def _due(db: Connection, kept: Retention, now: datetime) -> tuple[list[str], list[str]]:
    """Give the runs that were replaced, and those of what is over."""
    old, ended = before(now, kept.superseded), before(now, kept.closed)
    closed = cleaning.over(db, before=ended, most=_ALL) if ended else []
    over = [run for change in closed for run in cleaning.of_change(db, change, most=_ALL)]
    replaced = cleaning.replaced(db, before=old, most=_ALL) if old else []
    return sorted(set(replaced) - set(over)), over


def _run(
    parts: Parts, run_id: str, seen: set[Digest], kept: Retention, now: datetime, *, all_of_it: bool
) -> Iterator[Done]:
    with parts.reading() as db:
        said = cleaning.said_of(db, run_id)
    after: Mark | None = None
    while True:
        with parts.reading() as db:
            rows = cleaning.next_rows(db, run_id, after=after, most=MOST)
        going = [row for row in rows if not cleaning.is_said(row, said)]
        stays = set() if all_of_it else set(cleaning.files([row for row in rows if cleaning.is_said(row, said)]))
        files = set(cleaning.files(rows if all_of_it else going)) - stays
        yield Done(rows=len(going)) + _files(parts, files, seen, kept, now)
        after = cleaning.mark(rows, MOST)
        if after is None:
            break
    yield Done(runs=0 if said else 1)


def _files(parts: Parts, digests: set[Digest], seen: set[Digest], kept: Retention, now: datetime) -> Done:
    """Count files that were not counted yet, which nothing holds that stays."""
    new = sorted(digests - seen)
    seen |= digests
    done = Done()
    for at in range(0, len(new), MOST):
        some = new[at : at + MOST]
        with parts.reading() as db:
            stay = references.besides(db, some, _going(kept, now))
        there = [about for each in some if each not in stay and (about := parts.blobs.about(each))]
        done += Done(files=len(there), bytes=sum(each.size for each in there))
    return done


def _going(kept: Retention, now: datetime) -> ColumnElement[bool]:
    """Of which runs do the files go?"""
    old, ended = before(now, kept.superseded), before(now, kept.closed)
    replaced = and_(cleaning.was_replaced(old), runs.c.trimmed_at.is_(None)) if old else false()
    return or_(replaced, changes.c.over_since <= ended if ended else false())


def _deliveries(db: Connection, kept: Retention, now: datetime) -> int:
    read = before(now, kept.deliveries)
    return cleaning.read_deliveries(db, before=read) if read else 0
