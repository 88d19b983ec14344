"""Find what is over, and delete its rows, a bounded number at a time. What was decided, and by whom, stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from diffing.words import Digest, Name, Outcome
from storage import batches, discards
from storage.tables import (
    approvals,
    changes,
    comparisons,
    decisions,
    deliveries,
    git_blobs,
    metadata,
    repos,
    runs,
    visits,
)

_ENDED = ("concluded", "failed", "superseded")
_TOLD = (decisions, approvals, runs)
_BESIDE = [
    table
    for table in metadata.sorted_tables
    if table not in _TOLD and any(key.column.table is changes for key in table.foreign_keys)
]
"""Tables whose rows belong to a change, and tell nobody anything without it."""
Said = tuple[Name, Digest | None]
"""A candidate of which somebody said something."""
Mark = tuple[str, bool, str]
"""Where a row stands in its run: its name, whether it is placed, its suite."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """How far the trimming of a run is."""

    rows: int
    """So many were deleted now."""
    last: Mark | None
    """The last row that was looked at; None where it was the last of all."""


# --------------------------------------------------------------------------------------- what is over


def note(db: Connection, *, now: datetime, most: int) -> int:
    """Note since when repositories are lost, and changes over; and that those came back which did."""
    lost = select(repos.c.id).where(repos.c.gone.is_(True), repos.c.gone_since.is_(None)).limit(most)
    noted = db.execute(update(repos).where(repos.c.id.in_(lost)).values(gone_since=now)).rowcount
    for which in (_closed(), _lost()):
        over = update(changes).where(changes.c.id.in_(which.limit(most)), changes.c.over_since.is_(None))
        noted += db.execute(over.values(over_since=now)).rowcount
    back = update(changes).where(changes.c.id.in_(_back().limit(most)), changes.c.open.is_(True))
    return noted + db.execute(back.values(over_since=None, cleaned_at=None)).rowcount


def _closed() -> Select[*tuple[Any, ...]]:
    return select(changes.c.id).where(changes.c.open.is_(False), changes.c.over_since.is_(None))


def _lost() -> Select[*tuple[Any, ...]]:
    lost = and_(repos.c.id == changes.c.repo_id, repos.c.gone.is_(True))
    return select(changes.c.id).join(repos, lost).where(changes.c.over_since.is_(None))


def _back() -> Select[*tuple[Any, ...]]:
    had = and_(repos.c.id == changes.c.repo_id, repos.c.gone.is_(False))
    over = and_(changes.c.open.is_(True), changes.c.over_since.is_not(None))
    return select(changes.c.id).join(repos, had).where(over)


def replaced(db: Connection, *, before: datetime, most: int) -> list[str]:
    """Give the runs that were replaced before a moment and are kept whole still, the first first."""
    query = select(runs.c.id).where(was_replaced(before), runs.c.trimmed_at.is_(None), ~_is_wanted())
    return list(db.execute(query.order_by(runs.c.replaced_at, runs.c.id).limit(most)).scalars())


def over(db: Connection, *, before: datetime, most: int) -> list[int]:
    """Give the changes that were over before a moment and are not cleaned yet, the first first."""
    query = select(changes.c.id).where(changes.c.over_since <= before, changes.c.cleaned_at.is_(None))
    return list(db.execute(query.order_by(changes.c.over_since, changes.c.id).limit(most)).scalars())


def is_over(db: Connection, change_id: int, *, before: datetime) -> bool:
    """Is a change over still, since before a moment? Held: nobody opens it again in this transaction."""
    lost = exists().where(repos.c.id == changes.c.repo_id, repos.c.gone.is_(True))
    query = select(changes.c.id).where(changes.c.id == change_id, changes.c.over_since <= before)
    still = query.where(or_(changes.c.open.is_(False), lost)).with_for_update()
    return db.execute(still).one_or_none() is not None


def of_change(db: Connection, change_id: int, *, most: int) -> list[str]:
    """Give the runs of a change that have ended and are not emptied yet."""
    query = select(runs.c.id).where(runs.c.change_id == change_id, runs.c.emptied_at.is_(None), ~_is_wanted())
    return list(db.execute(query.where(runs.c.state.in_(_ENDED)).order_by(runs.c.id).limit(most)).scalars())


def was_replaced(before: datetime) -> ColumnElement[bool]:
    """Was a run replaced before a moment?"""
    return and_(runs.c.replaced_at <= before, runs.c.state == "superseded")


def _is_wanted() -> ColumnElement[bool]:
    """Is something of a run still to be committed?"""
    waits = approvals.c.state.in_(("requested", "committing"))
    return exists().where(approvals.c.run_id == runs.c.id, waits)


# ------------------------------------------------------------------------------------------- its rows


def said_of(db: Connection, run_id: str) -> set[Said]:
    """Give the candidates of a run of which somebody said something, or that somebody wanted to have committed."""
    said = select(decisions.c.name, decisions.c.candidate).where(decisions.c.run_id == run_id).distinct()
    wished = db.execute(select(approvals.c.files).where(approvals.c.run_id == run_id)).scalars()
    named = chain(db.execute(said), ((name, candidate) for name, candidate, *_ in chain.from_iterable(wished)))
    return {(Name(name), Digest(candidate) if candidate else None) for name, candidate in named}


def trim(db: Connection, run_id: str, said: set[Said], *, after: Mark | None, now: datetime, most: int) -> Trimmed:
    """Delete those of a run's next rows of which nobody said anything. Their files may be needed no longer."""
    rows = next_rows(db, run_id, after=after, most=most)
    going = [row for row in rows if not is_said(row, said)]
    discards.suspect(db, files(going), now=now)
    db.execute(delete(comparisons).where(comparisons.c.id.in_([row.id for row in going])))
    return Trimmed(len(going), mark(rows, most))


def let_go(db: Connection, run_id: str, *, after: Mark | None, now: datetime, most: int) -> Trimmed:
    """Note that the files of a run's next rows may be needed no longer. The rows stay: they are the audit."""
    rows = next_rows(db, run_id, after=after, most=most)
    discards.suspect(db, files(rows), now=now)
    return Trimmed(0, mark(rows, most))


def next_rows(db: Connection, run_id: str, *, after: Mark | None, most: int) -> Sequence[Any]:
    """Give the rows of a run in the order of its index, from a mark on. None: from the first."""
    c = comparisons.c
    order = (c.name, c.placed, c.suite)
    query = select(c.id, *order, c.outcome, c.golden, c.candidate, c.mask).where(c.run_id == run_id)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*map(literal, after)))
    return db.execute(query.order_by(*order).limit(most)).all()


def mark(rows: Sequence[Any], most: int) -> Mark | None:
    """Give where to go on after some rows; None where there are no others."""
    return (rows[-1].name, rows[-1].placed, rows[-1].suite) if len(rows) == most else None


def is_said(row: Any, said: set[Said]) -> bool:
    """Did somebody say something of a row's candidate?"""
    return (row.name, row.candidate) in said


def files(rows: Sequence[Any]) -> list[Digest]:
    """Give the files that rows refer to. An unchanged golden was found by its id in git: its row needs none."""
    shown = ((row.golden, row.candidate, row.mask) for row in rows if row.outcome != Outcome.SAME.value)
    return [Digest(each) for each in chain.from_iterable(shown) if each is not None]


def finish(db: Connection, run_id: str, *, emptied: bool, now: datetime) -> bool:
    """Record that a run is trimmed, or emptied; delete it, and say so, where nobody said anything on it."""
    db.execute(select(runs.c.id).where(runs.c.id == run_id).with_for_update())  # nobody decides on it meanwhile
    batches.drop(db, [run_id])
    if said_of(db, run_id):
        values = {"trimmed_at": func.coalesce(runs.c.trimmed_at, now), **({"emptied_at": now} if emptied else {})}
        db.execute(update(runs).where(runs.c.id == run_id).values(values))
        return False
    rest = exists().where(comparisons.c.run_id == run_id)
    return db.execute(delete(runs).where(runs.c.id == run_id, ~rest)).rowcount == 1


def finish_change(db: Connection, change_id: int, *, now: datetime) -> bool:
    """Record that a change is cleaned, once all of its runs are; delete it where nothing of it is left."""
    c = changes.c
    left = select(runs.c.id).where(runs.c.change_id == change_id, runs.c.emptied_at.is_(None)).limit(1)
    ended = db.execute(select(c.id).where(c.id == change_id, c.over_since.is_not(None)).with_for_update())
    if ended.one_or_none() is None or db.execute(left).one_or_none() is not None:
        return False
    db.execute(update(changes).where(c.id == change_id).values(cleaned_at=now))
    if any(db.execute(select(each.c.id).where(each.c.change_id == change_id).limit(1)).first() for each in _TOLD):
        return False
    for beside in _BESIDE:
        db.execute(delete(beside).where(beside.c.change_id == change_id))
    return db.execute(delete(changes).where(c.id == change_id)).rowcount == 1


def lost(db: Connection, *, before: datetime, most: int) -> list[int]:
    """Give the repositories that were lost before a moment and of which no change is left."""
    of_it = exists().where(changes.c.repo_id == repos.c.id)
    query = select(repos.c.id).where(repos.c.gone.is_(True), repos.c.gone_since <= before, ~of_it)
    return list(db.execute(query.order_by(repos.c.id).limit(most)).scalars())


def leave(db: Connection, repo_id: int, *, most: int) -> int:
    """Delete what is remembered of git in a lost repository, and at last the repository; give how many rows."""
    g = git_blobs.c
    some = select(g.blob_id).where(g.repo_id == repo_id).limit(most)
    gone = db.execute(delete(git_blobs).where(g.repo_id == repo_id, g.blob_id.in_(some))).rowcount
    if gone < most:
        of_it = exists().where(changes.c.repo_id == repo_id)
        db.execute(delete(repos).where(repos.c.id == repo_id, repos.c.gone.is_(True), ~of_it))
    return gone


# -------------------------------------------------------------------------------------- deliveries, visits


def empty_deliveries(db: Connection, *, before: datetime, most: int) -> int:
    """Keep the bodies of deliveries no longer that were read; their ids stay, so that a copy is known as one."""
    d = deliveries.c
    read = select(d.id).where(d.emptied.is_(False), d.received_at <= before, d.state == "done").limit(most)
    return db.execute(update(deliveries).where(d.id.in_(read)).values(body=b"", emptied=True)).rowcount


def read_deliveries(db: Connection, *, before: datetime) -> int:
    """Count the deliveries that were read, and whose bodies are kept for longer than that."""
    d = deliveries.c
    old = select(func.count()).where(d.emptied.is_(False), d.received_at <= before, d.state == "done")
    counted: int = db.execute(old).scalar_one()
    return counted


def drop_deliveries(db: Connection, *, before: datetime, most: int) -> int:
    """Delete deliveries so old that no forge delivers them again."""
    d = deliveries.c
    gone = 0
    for emptied in (True, False):
        old = select(d.id).where(d.emptied.is_(emptied), d.received_at <= before, d.state.in_(("done", "failed")))
        gone += db.execute(delete(deliveries).where(d.id.in_(old.limit(most)))).rowcount
    return gone


def expire_visits(db: Connection, *, now: datetime, most: int) -> int:
    """Delete single-use words whose time is over."""
    late = select(visits.c.word).where(visits.c.until <= now).limit(most)
    return db.execute(delete(visits).where(visits.c.word.in_(late))).rowcount


# ------------------------------------------------------------------------------------------- asking


def begin_asking(db: Connection, *, at: datetime, most: int) -> None:
    """Have the forge asked about new changes at a moment, whether they are open still."""
    new = select(changes.c.id).where(changes.c.open.is_(True), changes.c.ask_at.is_(None)).limit(most)
    db.execute(update(changes).where(changes.c.id.in_(new)).values(ask_at=at))


def to_ask(db: Connection, *, now: datetime, most: int) -> list[tuple[int, str]]:
    """Give the changes of which the forge is to be asked, each with its host: first those that are open, then
    those not cleaned yet that were closed because the forge knew nothing of them."""
    c = changes.c
    query = select(c.id, repos.c.host).join(repos, repos.c.id == c.repo_id)
    due = query.where(c.ask_at <= now, repos.c.gone.is_(False)).order_by(c.ask_at)
    doubtful = and_(c.open.is_(False), c.over_since.is_not(None), c.cleaned_at.is_(None), c.refusals > 0)
    found = [(id_, host) for id_, host in db.execute(due.where(c.open.is_(True)).limit(most))]
    more = db.execute(due.where(doubtful).limit(most - len(found)))
    return found + [(id_, host) for id_, host in more]


def asked(db: Connection, change_id: int, *, again_at: datetime) -> None:
    """Record that the forge is to be asked again at a moment."""
    db.execute(update(changes).where(changes.c.id == change_id).values(ask_at=again_at))


def refused(db: Connection, change_id: int) -> int:
    """Count that the forge knows nothing of a change; give how often that was in a row."""
    counted = update(changes).where(changes.c.id == change_id).values(refusals=changes.c.refusals + 1)
    times: int | None = db.execute(counted.returning(changes.c.refusals)).scalar_one_or_none()
    return times or 0
