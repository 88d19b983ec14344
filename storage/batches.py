"""Keep the batches of large runs, while any worker measures one of them and until their run ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update

from diffing.states import BATCH
from diffing.words import Comparison
from storage import comparisons
from storage.differences import Written
from storage.moving import free, lapses, move, moved
from storage.rows import only
from storage.tables import batches, runs

_AT_ONCE = 500
"""Ids in one statement: databases bound how many words it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some neighbours among the pairs of a run: those that wait to be measured, with what is settled between."""

    size: int
    """How many of them wait. 0: all are settled, and `found` is what came of them."""
    pairs: Written
    found: Sequence[Comparison] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBatch:
    """A batch that waits to be measured, or is being measured."""

    id: int
    run_id: str
    number: int
    lane: str
    size: int
    tries: int
    lapses: int
    """So often whoever measured it ended without a word."""
    pairs: Written


def add(db: Connection, run_id: str, lane: str, made: Iterable[Batch]) -> list[int]:
    """Keep a run's batches in their order, and give the ids of those that wait to be measured."""
    waiting: list[int] = []
    for number, each in enumerate(made):
        new = insert(batches).values(
            run_id=run_id,
            number=number,
            lane=lane,
            state="queued" if each.size else "done",
            size=each.size,
            pairs=each.pairs,
            found=None if each.size else _written(each.found),
        )
        id_ = int(db.execute(new.returning(batches.c.id)).scalar_one())
        waiting += [id_] if each.size else []
    return waiting


def get(db: Connection, id_: int) -> StoredBatch:
    """Give a batch."""
    b = batches.c
    columns = (b.id, b.run_id, b.number, b.lane, b.size, b.tries, b.lapses, b.pairs)
    row = only(db, select(*columns).where(b.id == id_), "batch")
    return StoredBatch(**row._asdict())


def claim(db: Connection, id_: int, *, now: datetime, until: datetime) -> int | None:
    """Take a batch that is queued, or whose measurer's lease lapsed, and give which try this is.

    None where somebody else has it, or had it, or its run ended."""
    counted = {"tries": batches.c.tries + 1, "lapses": lapses(batches, "running")}
    taken = move(batches, BATCH, "running", lease_until=until, **counted)
    tried = taken.where(batches.c.id == id_, free(batches, now)).returning(batches.c.tries)
    tries: int | None = db.execute(tried).scalar_one_or_none()
    return tries


def finish(db: Connection, id_: int, *, claim: int, found: Sequence[Comparison]) -> str | None:
    """Record what came of measuring a batch, in its run's progress too; give the run where it was the last one.

    None where others are left; and where the batch was lost meanwhile, and nothing is recorded."""
    size, run_id = batches.c.size, batches.c.run_id
    of = db.execute(select(run_id, size).where(batches.c.id == id_)).one_or_none()
    if of is None or not _locked(db, of.run_id):
        return None
    done = move(batches, BATCH, "done", found=_written(found), pairs={})
    if not moved(db, done.where(batches.c.id == id_, batches.c.tries == claim)):
        return None
    db.execute(update(runs).where(runs.c.id == of.run_id).values(done=runs.c.done + of.size))
    return None if unfinished(db, of.run_id) else str(of.run_id)


def release(db: Connection, id_: int, *, claim: int, until: datetime | None = None) -> bool:
    """Give a batch back, to be measured again, not before `until`; False where it was lost meanwhile."""
    back = move(batches, BATCH, "queued", lease_until=until)
    return moved(db, back.where(batches.c.id == id_, batches.c.tries == claim))


def is_held(db: Connection, id_: int, *, claim: int) -> bool:
    """Is this try of a batch the last one, and under way still?"""
    b = batches.c
    query = select(b.id).where(b.id == id_, b.tries == claim, b.state == "running")
    return db.execute(query).one_or_none() is not None


def broke(db: Connection, id_: int, *, claim: int) -> int:
    """Count that a batch broke whoever measured it, and give how often it did; 0 where it was lost meanwhile."""
    counted = update(batches).where(batches.c.id == id_, batches.c.tries == claim, batches.c.state == "running")
    times = db.execute(counted.values(broke=batches.c.broke + 1).returning(batches.c.broke)).scalar_one_or_none()
    return int(times or 0)


def renew(db: Connection, id_: int, *, claim: int, until: datetime) -> None:
    """Say that a batch is still being measured; nothing, where it was lost."""
    at_it = update(batches).where(batches.c.id == id_, batches.c.tries == claim, batches.c.state == "running")
    db.execute(at_it.values(lease_until=until))


def unfinished(db: Connection, run_id: str) -> int:
    """Count a run's batches that are not measured yet."""
    left = batches.c.state.in_(("queued", "running"))
    return db.execute(select(func.count()).where(batches.c.run_id == run_id, left)).scalar_one()


def of_run(db: Connection, run_id: str) -> list[int]:
    """Give the ids of a run's batches, in their order."""
    query = select(batches.c.id).where(batches.c.run_id == run_id).order_by(batches.c.number)
    return list(db.execute(query).scalars())


def found(db: Connection, id_: int) -> list[Comparison]:
    """Give what came of a batch that is done."""
    rows = db.execute(select(batches.c.found).where(batches.c.id == id_, batches.c.state == "done"))
    return [comparisons.of_columns(each) for written in rows.scalars() for each in written]


def drop(db: Connection, run_ids: Sequence[str]) -> None:
    """Keep the batches of runs no longer: whoever measures one of them is refused."""
    for at in range(0, len(run_ids), _AT_ONCE):
        db.execute(delete(batches).where(batches.c.run_id.in_(run_ids[at : at + _AT_ONCE])))


def waiting(db: Connection, *, now: datetime, most: int) -> list[tuple[str, int]]:
    """Give batches, each with its run, that nobody measures: queued, or left by a measurer whose lease lapsed."""
    b = batches.c
    left = or_(and_(b.state == "queued", free(batches, now)), and_(b.state == "running", b.lease_until <= now))
    query = select(b.run_id, b.id).where(left).order_by(b.id).limit(most)
    return [(row.run_id, row.id) for row in db.execute(query)]


def under_way() -> ColumnElement[bool]:
    """Say, of a row of `runs`, that some of its batches are not measured yet."""
    return exists().where(batches.c.run_id == runs.c.id, batches.c.state.in_(("queued", "running")))


def laid_out() -> ColumnElement[bool]:
    """Say, of a row of `runs`, that it has batches."""
    return exists().where(batches.c.run_id == runs.c.id)


def _locked(db: Connection, run_id: str) -> bool:
    """Have those who end batches of one run do so one after the other: each sees what those before it left."""
    still = select(runs.c.id).where(runs.c.id == run_id, runs.c.state == "comparing").with_for_update()
    return db.execute(still).one_or_none() is not None


def _written(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    return [comparisons.columns(each) for each in found]
