"""Keep runs, and move them from queued to concluded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, and_, case, func, or_, select, tuple_, update

from diffing.states import RUN
from diffing.words import Comparison
from storage import batches
from storage.comparisons import add
from storage.inserting import insert as begin_insert
from storage.moving import free, lapses, move, moved
from storage.rows import only
from storage.tables import runs

_GRACE = timedelta(minutes=1)
"""Runs queued for less are most likely in the queue still."""
_AT_ONCE = 1000
"""Comparisons in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """All comparisons of one pipeline attempt on one head of a change: how far that is, and how it ended."""

    id: str
    change_id: int
    head: str
    base: str
    pipeline_id: str
    attempt: int
    round: int
    """1, or more where somebody asked to compare again."""
    source: str
    title: str
    url: str
    state: str
    why: str
    """Why it failed; empty where it did not."""
    notes: tuple[str, ...]
    globs: Mapping[str, tuple[str, ...]]
    """By suite, which files may be committed."""
    kept: bool | None
    """Did the pipeline keep goldens at all? None: not yet known."""
    done: int
    total: int
    tries: int
    lease_until: datetime | None
    created_at: datetime
    concluded_at: datetime | None
    """When it ended, however that was; None where it has not, or another round of it came first."""
    shown_at: datetime | None
    """When people could first see what it found, by the forge's clock."""
    replaced_at: datetime | None
    """Since when a newer head, attempt or round stands in its place; None where none does, or its change ended."""
    trimmed_at: datetime | None
    """Since when only that is kept of it which somebody decided on; None while all is."""
    emptied_at: datetime | None
    """Since when its files need not be kept; None while they are."""
    lane: str
    """Whose turn it is to have it compared: runs of one installation stand in one lane."""
    broke: int
    """So often it broke whoever compared it."""
    keepers: int | None
    """How many jobs had kept something when it was made; None where that is not told."""
    lapses: int
    """So often whoever compared it ended without a word."""


def insert(
    db: Connection,
    *,
    change_id: int,
    head: str,
    base: str,
    pipeline_id: str,
    attempt: int,
    round: int,  # noqa: A002  the column's word
    source: str,
    title: str,
    url: str,
    now: datetime,
    lane: str = "",
    keepers: int | None = None,
) -> str | None:
    """Queue a run and give its new id; None where this round of the pipeline's attempt has one already."""
    made: str | None = db.execute(
        begin_insert(db, runs)
        .values(
            id=secrets.token_urlsafe(12),
            change_id=change_id,
            head=head,
            base=base,
            pipeline_id=pipeline_id,
            attempt=attempt,
            round=round,
            source=source,
            title=title,
            url=url,
            state="queued",
            created_at=now,
            lane=lane,
            keepers=keepers,
        )
        .on_conflict_do_nothing(index_elements=["change_id", "head", "pipeline_id", "attempt", "round"])
        .returning(runs.c.id)
    ).scalar_one_or_none()
    return made


def get(db: Connection, run_id: str) -> StoredRun:
    """Give a run."""
    return _stored(only(db, select(runs).where(runs.c.id == run_id), "run"))


def find(db: Connection, run_id: str) -> StoredRun | None:
    """Give a run; None where there is none."""
    row = db.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    return _stored(row) if row else None


def at_head(db: Connection, change_id: int, head: str) -> list[StoredRun]:
    """Give the runs that count at a head: of each pipeline the newest that is not superseded."""
    query = (
        select(runs)
        .where(runs.c.change_id == change_id, runs.c.head == head, runs.c.state != "superseded")
        .order_by(runs.c.attempt, runs.c.round)
    )
    newest = {row.pipeline_id: _stored(row) for row in db.execute(query)}
    return sorted(newest.values(), key=lambda run: (run.created_at, run.source, run.pipeline_id))


def of_change(db: Connection, change_id: int) -> list[StoredRun]:
    """Give all runs of a change, oldest first."""
    query = select(runs).where(runs.c.change_id == change_id).order_by(runs.c.created_at, runs.c.id)
    return [_stored(row) for row in db.execute(query)]


def newest(db: Connection, *, most: int, before: str | None) -> list[StoredRun]:
    """Give runs, newest first; with `before`, those that come after that run in this order."""
    query = select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(most)
    if before is not None:
        at = select(runs.c.created_at).where(runs.c.id == before).scalar_subquery()
        query = query.where(tuple_(runs.c.created_at, runs.c.id) < tuple_(at, before))
    return [_stored(row) for row in db.execute(query)]


def claim(db: Connection, run_id: str, *, now: datetime, until: datetime) -> int | None:
    """Take a run that is queued, or was left when a lease lapsed, or whose batches are all measured; give which
    try this is. None where somebody else has it, or others measure its batches."""
    kept = batches.laid_out()
    taken = move(
        runs,
        RUN,
        "comparing",
        lease_until=until,
        tries=runs.c.tries + 1,
        lapses=lapses(runs, "comparing"),
        done=case((kept, runs.c.done), else_=0),
        total=case((kept, runs.c.total), else_=0),
        why="",
    ).where(runs.c.id == run_id, free(runs, now), ~batches.under_way())
    tries: int | None = db.execute(taken.returning(runs.c.tries)).scalar_one_or_none()
    return tries


def lay_out(
    db: Connection,
    run_id: str,
    *,
    claim: int,
    notes: Sequence[str],
    globs: Mapping[str, Sequence[str]],
    done: int,
    total: int,
    made: Iterable[batches.Batch],
) -> list[int] | None:
    """Let go of a run whose pairs others are to measure, and give the ids of its batches that wait for it.

    `done` of its `total` comparisons are settled. None, and nothing is recorded, where it was lost or ended."""
    written = {"notes": list(notes), "globs": {suite: list(paths) for suite, paths in globs.items()}}
    laid = _comparing(run_id, claim).values(done=done, total=total, lease_until=None, **written)
    lane = db.execute(laid.returning(runs.c.lane)).scalar_one_or_none()
    if lane is None:
        return None
    batches.drop(db, [run_id])
    return batches.add(db, run_id, lane, made)


def progress(db: Connection, run_id: str, *, done: int, total: int) -> None:
    """Record how far the comparing is."""
    comparing = update(runs).where(runs.c.id == run_id, runs.c.state == "comparing")
    db.execute(comparing.values(done=done, total=total))


def renew(db: Connection, run_id: str, *, claim: int, until: datetime) -> None:
    """Say that a run is still being compared; nothing, where it was lost, or is laid out and nobody's."""
    db.execute(_comparing(run_id, claim).where(runs.c.lease_until.is_not(None)).values(lease_until=until))


def conclude(
    db: Connection,
    run_id: str,
    *,
    kept: bool,
    notes: Sequence[str],
    comparisons: Iterable[Comparison],
    globs: Mapping[str, Sequence[str]] | None = None,
    now: datetime,
    claim: int | None = None,
) -> bool:
    """Record what a run found; False, and nothing is recorded, where it was lost or superseded meanwhile.

    `comparisons` may be read from the run's batches, which go when all are recorded."""
    concluded = move(
        runs,
        RUN,
        "concluded",
        kept=kept,
        notes=list(notes),
        globs={suite: list(paths) for suite, paths in (globs or {}).items()},
        concluded_at=now,
    ).where(_held(run_id, claim))
    if not moved(db, concluded):
        return False
    left = iter(comparisons)
    while some := list(islice(left, _AT_ONCE)):
        add(db, run_id, some)
    batches.drop(db, [run_id])
    return True


def fail(db: Connection, run_id: str, *, why: str, now: datetime, claim: int | None = None) -> bool:
    """Record that a run cannot be compared, and why; False where it was lost or ended meanwhile."""
    return bool(_end(db, move(runs, RUN, "failed", why=why, concluded_at=now).where(_held(run_id, claim))))


def requeue(
    db: Connection, run_id: str, *, claim: int | None = None, until: datetime | None = None, why: str = ""
) -> bool:
    """Give a run back, to be compared again, not before `until`; False where it was lost meanwhile."""
    back = move(runs, RUN, "queued", why=why, concluded_at=None, lease_until=until)
    return bool(_end(db, back.where(_held(run_id, claim))))


def retry(db: Connection, run_id: str) -> int | None:
    """Have a run compared at once that failed or was put off, and give its change; None for others.

    The tries go on being counted: whoever still holds an old one holds nothing."""
    again = move(runs, RUN, "queued", why="", concluded_at=None, broke=0, lapses=0).where(runs.c.state == "failed")
    due = update(runs).where(runs.c.state == "queued").values(lease_until=None, why="", broke=0, lapses=0)
    for each in (again, due):
        moved_of = db.execute(each.where(runs.c.id == run_id).returning(runs.c.change_id)).scalar_one_or_none()
        if moved_of is not None:
            return int(moved_of)
    return None


def release(db: Connection, run_id: str, *, claim: int) -> None:
    """Let go of a run that is not compared any more, to be compared again; what its batches found stays."""
    left = _comparing(run_id, claim).where(batches.laid_out()).values(lease_until=None)
    if not moved(db, left):
        requeue(db, run_id, claim=claim)


def broke(db: Connection, run_id: str, *, claim: int) -> int:
    """Count that a run broke whoever compared it, and give how often it did; 0 where it was lost meanwhile."""
    counted = _comparing(run_id, claim).values(broke=runs.c.broke + 1)
    return int(db.execute(counted.returning(runs.c.broke)).scalar_one_or_none() or 0)


def supersede(db: Connection, change_id: int, *, keep_head: str | None, now: datetime) -> list[str]:
    """End a change's runs of all heads but one, and give their ids. None: of all heads."""
    ended = func.coalesce(runs.c.concluded_at, now)
    over = move(runs, RUN, "superseded", concluded_at=ended).where(runs.c.change_id == change_id)
    if keep_head is None:
        return _end(db, over)
    ended_now = _end(db, over.where(runs.c.head != keep_head))
    _replaced(db, change_id, now)
    return ended_now


def _replaced(db: Connection, change_id: int, now: datetime) -> None:
    """Note since when runs of an open change are replaced. Those that ended with a change wait for its time."""
    over = update(runs).where(runs.c.change_id == change_id, runs.c.state == "superseded")
    db.execute(over.where(runs.c.replaced_at.is_(None)).values(replaced_at=now))


def supersede_older(
    db: Connection,
    change_id: int,
    head: str,
    source: str,
    pipeline_id: str,
    attempt: int,
    round: int,  # noqa: A002  the column's word
) -> None:
    """End the runs that this one replaces: earlier attempts and rounds of its pipeline, earlier pipelines of its
    source at the head."""
    same = runs.c.pipeline_id == pipeline_id
    replaced = or_(
        and_(same, tuple_(runs.c.attempt, runs.c.round) < tuple_(attempt, round)),
        and_(runs.c.source == source, _earlier(pipeline_id)),
    )
    _end(db, move(runs, RUN, "superseded").where(runs.c.change_id == change_id, runs.c.head == head, replaced))


def shown(db: Connection, run_ids: Sequence[str], at: datetime) -> None:
    """Record since when people can see what runs found; the first time counts."""
    db.execute(update(runs).where(runs.c.id.in_(run_ids), runs.c.shown_at.is_(None)).values(shown_at=at))


def lapsed(db: Connection, *, now: datetime, most: int) -> list[str]:
    """Give the runs that nobody compares: queued for a minute, left when a lease lapsed, or measured and not
    gathered."""
    left = or_(
        and_(runs.c.state == "queued", runs.c.created_at <= now - _GRACE),
        and_(runs.c.state == "comparing", ~batches.under_way()),
    )
    query = select(runs.c.id).where(left, free(runs, now)).order_by(runs.c.created_at).limit(most)
    return list(db.execute(query).scalars())


def _comparing(run_id: str, claim: int) -> Update:
    """Begin an update of a run for whoever compares it: whose claim is the last one."""
    return update(runs).where(runs.c.id == run_id, runs.c.state == "comparing", runs.c.tries == claim)


def _held(run_id: str, claim: int | None) -> ColumnElement[bool]:
    """Is it this run, and where a claim is named, is it the last one?"""
    this = runs.c.id == run_id
    return this if claim is None else and_(this, runs.c.tries == claim)


def _end(db: Connection, over: Update) -> list[str]:
    """Carry out a move of runs that nobody compares any more, and give whom it moved. Their batches go."""
    ids = list(db.execute(over.returning(runs.c.id)).scalars())
    batches.drop(db, ids)
    return ids


def _earlier(pipeline_id: str) -> ColumnElement[bool]:
    # Ids are numbers that grow, on every forge; a longer one is a later one.
    mine = tuple_(func.length(runs.c.pipeline_id), runs.c.pipeline_id)
    return mine < tuple_(len(pipeline_id), pipeline_id)


def _stored(row: Row[Any]) -> StoredRun:
    columns = row._asdict()
    columns["notes"] = tuple(row.notes)
    columns["globs"] = {suite: tuple(paths) for suite, paths in row.globs.items()}
    return StoredRun(**columns)
