"""Give the piece of comparing whose turn it is: of those who wait, whoever has the fewest under way is next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Select, func, select, text

from storage import batches as batched
from storage import runs as running
from storage.inserting import insert
from storage.moving import free
from storage.tables import batches, runs, turns

_ONE_CHOOSES = 0x601E  # any number, as long as nobody else locks by it


@dataclass(frozen=True, slots=True)
class Turn:
    """A piece of work that is claimed: a run, or one of its batches."""

    run_id: str
    batch_id: int | None
    """None: the run itself, to be laid out or gathered."""
    claim: int


def take(db: Connection, *, now: datetime, until: datetime) -> Turn | None:
    """Claim the piece that is due; None where nothing waits.

    Lanes with fewer pieces under way come first, of those whoever was served longest ago. So while several wait,
    none has more than its share of the places, and between two turns of one each other has at most one."""
    _one_at_a_time(db)
    waiting = _waiting(db, now)
    if not waiting:
        return None
    busy, served = _busy(db, now), _served(db, waiting)
    lane = min(waiting, key=lambda each: (busy[each], served.get(each, (0, 0)), each))
    _serve(db, lane)
    return _claim(db, lane, served.get(lane, (0, 0))[1], now, until)


def _one_at_a_time(db: Connection) -> None:
    """Have those who choose do so one after the other. On SQLite whoever writes is alone as it is."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": _ONE_CHOOSES})


def _waiting(db: Connection, now: datetime) -> list[str]:
    r, b = runs.c, batches.c
    pieces = [
        _lanes(r.lane, r.state == "queued", free(runs, now)),
        _lanes(r.lane, r.state == "comparing", free(runs, now), ~batched.under_way()),
        _lanes(b.lane, b.state == "queued", free(batches, now)),
        _lanes(b.lane, b.state == "running", free(batches, now)),
    ]
    return sorted({lane for query in pieces for lane in db.execute(query).scalars()})


def _lanes(lane: Column[str], *which: ColumnElement[bool]) -> Select[str]:
    """Ask for the lanes of some rows, leaping in an index from one lane to the next: rows are many, lanes few."""
    rows = select(lane).where(*which).order_by(lane).limit(1)
    first = select(rows.scalar_subquery().label("lane")).cte("lanes", recursive=True)
    after = rows.where(lane > first.c.lane).scalar_subquery()
    lanes = first.union_all(select(after).where(first.c.lane.is_not(None)))
    return select(lanes.c.lane).where(lanes.c.lane.is_not(None))


def _busy(db: Connection, now: datetime) -> Counter[str]:
    r, b = runs.c, batches.c
    compared = select(r.lane, func.count()).where(r.state == "comparing", r.lease_until > now).group_by(r.lane)
    measured = select(b.lane, func.count()).where(b.state == "running", b.lease_until > now).group_by(b.lane)
    counted = Counter[str]()
    for query in (compared, measured):
        for lane, many in db.execute(query):
            counted[lane] += many
    return counted


def _served(db: Connection, lanes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Give when each lane was served last, as a number that grows with every turn of anybody, and how often."""
    t = turns.c
    query = select(t.lane, t.last, t.taken).where(t.lane.in_(lanes))
    return {row.lane: (row.last, row.taken) for row in db.execute(query)}


def _serve(db: Connection, lane: str) -> None:
    number = 1 + db.execute(select(func.coalesce(func.max(turns.c.last), 0))).scalar_one()
    first = insert(db, turns).values(lane=lane, last=number, taken=1)
    again = {"last": number, "taken": turns.c.taken + 1}
    db.execute(first.on_conflict_do_update(index_elements=["lane"], set_=again))


def _claim(db: Connection, lane: str, taken: int, now: datetime, until: datetime) -> Turn | None:
    """Claim the oldest piece of a lane: what is to be gathered, then by turns a batch or a new run.

    By turns, because neither may wait for all of the other: many small runs for a large one's batches, or it for
    them."""
    new: list[Callable[[Connection, str, datetime, datetime], Turn | None]] = [_batch, _run]
    ways = [_gathering, *(new if taken % 2 else reversed(new))]
    turns_of_it = (choose(db, lane, now, until) for choose in ways)
    return next((turn for turn in turns_of_it if turn is not None), None)


def _gathering(db: Connection, lane: str, now: datetime, until: datetime) -> Turn | None:
    r = runs.c
    query = select(r.id).where(r.state == "comparing", r.lane == lane, free(runs, now), ~batched.under_way())
    return _of_run(db, db.execute(query.order_by(r.created_at).limit(1)).scalar_one_or_none(), now, until)


def _run(db: Connection, lane: str, now: datetime, until: datetime) -> Turn | None:
    r = runs.c
    query = select(r.id).where(r.state == "queued", r.lane == lane, free(runs, now))
    return _of_run(db, db.execute(query.order_by(r.created_at).limit(1)).scalar_one_or_none(), now, until)


def _of_run(db: Connection, run_id: str | None, now: datetime, until: datetime) -> Turn | None:
    claim = running.claim(db, run_id, now=now, until=until) if run_id else None
    return Turn(run_id, None, claim) if run_id and claim else None


def _batch(db: Connection, lane: str, now: datetime, until: datetime) -> Turn | None:
    b = batches.c
    for state in ("running", "queued"):  # what lapsed is the older
        query = select(b.id, b.run_id).where(b.state == state, b.lane == lane, free(batches, now))
        row = db.execute(query.order_by(b.id).limit(1)).one_or_none()
        claim = batched.claim(db, row.id, now=now, until=until) if row else None
        if row is not None and claim is not None:
            return Turn(row.run_id, row.id, claim)
    return None
