"""Delete what is over, rows first, then the files to which no row refers. Whoever is stopped does it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from app.flow import disposal
from app.flow.disposal import MOST, Clock, Done
from app.flow.parts import Parts
from app.flow.retention import COPIES, Retention, before
from storage import cleaning, runs
from storage.cleaning import Mark, Trimmed

Found = TypeVar("Found")
Id = TypeVar("Id", int, str)
May = Callable[[Connection], bool]
"""May something go still?"""


def clean(parts: Parts, kept: Retention, clock: Clock) -> Iterator[Done]:
    """Delete what is over, step by step. Each step is one transaction, or one go at the storage of files."""
    yield from _noted(parts, clock)
    yield from _replaced(parts, kept, clock)
    yield from _over(parts, kept, clock)
    yield from _lost(parts, kept, clock)
    yield from _small_things(parts, kept, clock)
    yield from disposal.dispose(parts, clock)


# ----------------------------------------------------------------------------------------------- rows


def _noted(parts: Parts, clock: Clock) -> Iterator[Done]:
    """Note since when things are over: closed, lost, or back again."""
    noted = MOST
    while noted >= MOST:
        with parts.db.begin() as db:
            noted = cleaning.note(db, now=clock(), most=MOST)
        yield Done()


def _always(_: Connection) -> bool:
    return True


def _replaced(parts: Parts, kept: Retention, clock: Clock) -> Iterator[Done]:
    """Trim what was replaced long ago. What was decided stays, with its pictures, until its change goes."""
    since = before(clock(), kept.superseded)
    if since is None:
        return
    for run_id in _each(parts, lambda db: cleaning.replaced(db, before=since, most=MOST)):
        yield from _trimmed(parts, run_id, clock, _always)
        yield _finished(parts, run_id, clock, _always, emptied=False)


def _over(parts: Parts, kept: Retention, clock: Clock) -> Iterator[Done]:
    """Trim the runs of what is over, and let the files go of what was decided there."""
    since = before(clock(), kept.closed)
    if since is None:
        return
    for change_id in _each(parts, lambda db: cleaning.over(db, before=since, most=MOST)):
        yield from _cleaned(parts, change_id, since, clock)


def _cleaned(parts: Parts, change_id: int, since: datetime, clock: Clock) -> Iterator[Done]:
    """Clean a change. Each transaction asks whether it is over still: somebody may have opened it again."""
    may = partial(cleaning.is_over, change_id=change_id, before=since)
    with parts.db.begin() as db:
        if not may(db):
            return
        runs.supersede(db, change_id, keep_head=None, now=clock())  # nobody compares for what is over
    for run_id in _each(parts, lambda db: cleaning.of_change(db, change_id, most=MOST)):
        yield from _trimmed(parts, run_id, clock, may)
        yield from _let_go(parts, run_id, clock, may)
        yield _finished(parts, run_id, clock, may, emptied=True)
    yield _finished_change(parts, change_id, clock, may)


def _finished_change(parts: Parts, change_id: int, clock: Clock, may: May) -> Done:
    with parts.db.begin() as db:
        if not may(db):
            return Done()
        return Done(changes=int(cleaning.finish_change(db, change_id, now=clock())))


def _trimmed(parts: Parts, run_id: str, clock: Clock, may: May) -> Iterator[Done]:
    with parts.reading() as db:
        said = cleaning.said_of(db, run_id)
    step = partial(cleaning.trim, run_id=run_id, said=said)
    yield from (Done(rows=each.rows) for each in _pieces(parts, step, clock, may))


def _let_go(parts: Parts, run_id: str, clock: Clock, may: May) -> Iterator[Done]:
    yield from (Done() for _ in _pieces(parts, partial(cleaning.let_go, run_id=run_id), clock, may))


def _pieces(parts: Parts, step: Callable[..., Trimmed], clock: Clock, may: May) -> Iterator[Trimmed]:
    """Go through a run's rows, so many in a transaction, for as long as they may go."""
    after: Mark | None = None
    while True:
        with parts.db.begin() as db:
            if not may(db):
                return
            done = step(db, after=after, now=clock(), most=MOST)
        yield done
        after = done.last
        if after is None:
            return


def _finished(parts: Parts, run_id: str, clock: Clock, may: May, *, emptied: bool) -> Done:
    with parts.db.begin() as db:
        if not may(db):
            return Done()
        return Done(runs=int(cleaning.finish(db, run_id, emptied=emptied, now=clock())))


def _lost(parts: Parts, kept: Retention, clock: Clock) -> Iterator[Done]:
    """Forget the repositories that were lost long ago, once nothing is left of them."""
    since = before(clock(), kept.closed)
    if since is None:
        return
    for repo_id in _each(parts, lambda db: cleaning.lost(db, before=since, most=MOST)):
        yield from _counted(parts, partial(cleaning.leave, repo_id=repo_id, most=MOST), "rows")


def _small_things(parts: Parts, kept: Retention, clock: Clock) -> Iterator[Done]:
    now = clock()
    read = before(now, kept.deliveries)
    if read is not None:
        yield from _counted(parts, lambda db: cleaning.empty_deliveries(db, before=read, most=MOST), "deliveries")
        old = min(read, now - COPIES)
        yield from _counted(parts, lambda db: cleaning.drop_deliveries(db, before=old, most=MOST), "deliveries")
    yield from _counted(parts, lambda db: cleaning.expire_visits(db, now=now, most=MOST), "rows")


def _counted(parts: Parts, step: Callable[[Connection], int], what: str) -> Iterator[Done]:
    """Take a step again and again, each in a transaction, while it finds as much as it may."""
    count = MOST
    while count >= MOST:
        with parts.db.begin() as db:
            count = step(db)
        yield Done(**{what: count})


def _each(parts: Parts, find: Callable[[Connection], Sequence[Id]]) -> Iterator[Id]:
    """Give what a query finds, page by page, each once: what was dealt with is not found again."""
    seen: set[Id] = set()
    while fresh := [each for each in _read(parts, find) if each not in seen]:
        seen.update(fresh)
        yield from fresh


def _read(parts: Parts, find: Callable[[Connection], Found]) -> Found:
    with parts.reading() as db:
        return find(db)
