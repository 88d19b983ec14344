"""Give the jobs that are not done, newest first: what waits, is under way, is put off, or was given up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from storage.tables import approvals, changes, deliveries, repos, runs

_UNDER_WAY = ("running", "comparing", "committing")


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"  # it was tried, and put off
    DEAD = "dead"  # it was given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job that is not done."""

    kind: str
    key: str
    state: State
    host: str
    repo: str
    """Its path; empty of a delivery, which is not read yet."""
    number: str
    """The change's; empty of a delivery."""
    about: str
    """The event of a delivery, or the title of a run or change."""
    why: str
    """Of the last try; empty where there was none, or nothing to say of it."""
    since: datetime
    tries: int
    due_at: datetime | None
    """When it is tried again; None where nobody waits for a moment."""

    @property
    def id(self) -> str:
        """Tell it from all others: `compare:2Zk1…`."""
        return f"{self.kind}:{self.key}"


def page(
    db: Connection,
    *,
    now: datetime,
    most: int,
    kinds: Collection[str],
    dead: Collection[bool],
    after: Entry | None = None,
) -> list[Entry]:
    """Give jobs of some kinds, newest first. `dead`: those that were given up, those that were not, or both.

    `after`: those that come after that one in this order."""
    found = [
        [_entry(row, now) for row in db.execute(_cut(_QUERIES[kind](now), kind, dead, after, most))]
        for kind in sorted(kinds)
    ]
    return list(islice(merge(*found, key=_place, reverse=True), most))


def find(db: Connection, kind: str, key: str, now: datetime) -> Entry | None:
    """Give a job by its kind and key; None where there is none that is not done."""
    if kind not in _QUERIES:
        return None
    query = _QUERIES[kind](now).some((True, False)).subquery()
    row = db.execute(select(query).where(query.c.key == _key(kind, key))).one_or_none()
    return _entry(row, now) if row else None


@dataclass(frozen=True, slots=True)
class _Query:
    """Jobs of a kind: all there ever were, and which of them are to be done still, or were given up."""

    all: Select[Any]
    open: ColumnElement[bool]
    dead: ColumnElement[bool]

    def some(self, dead: Collection[bool]) -> Select[Any] | CompoundSelect[Any]:
        """Give those that were given up, those that were not, or both: each by the index of its few."""
        chosen = {True: self.dead, False: self.open}
        parts = [self.all.where(chosen[each]) for each in sorted(set(dead))]
        return parts[0] if len(parts) == 1 else union_all(*parts)


def _cut(query: _Query, kind: str, dead: Collection[bool], after: Entry | None, most: int) -> Select[Any]:
    jobs = query.some(dead).subquery()
    rest = select(jobs)
    if after is not None:
        rest = rest.where(_comes_after(jobs.c, kind, after))
    return rest.order_by(jobs.c.since.desc(), jobs.c.key.desc()).limit(most)


def _comes_after(columns: Any, kind: str, after: Entry) -> ColumnElement[bool]:
    older: ColumnElement[bool] = columns.since < after.since
    if kind == after.kind:
        return or_(older, and_(columns.since == after.since, columns.key < _key(kind, after.key)))
    return or_(older, columns.since == after.since) if kind < after.kind else older


def _place(entry: Entry) -> tuple[datetime, str, int | str]:
    return entry.since, entry.kind, _key(entry.kind, entry.key)


def _key(kind: str, key: str) -> int | str:
    if kind not in ("ingest", "publish"):
        return key
    return int(key) if key.isascii() and key.isdigit() and len(key) < 18 else -1


def _entry(row: Row[Any], now: datetime) -> Entry:
    return Entry(
        kind=row.kind,
        key=str(row.key),
        state=_state(row, now),
        host=row.host,
        repo=row.repo,
        number=row.number,
        about=row.about,
        why=row.why,
        since=row.since,
        tries=row.tries,
        due_at=row.due_at if row.due_at and row.due_at > now and not row.dead and not row.held else None,
    )


def _state(row: Row[Any], now: datetime) -> State:
    if row.dead:
        return State.DEAD
    if row.held and row.due_at and row.due_at > now:
        return State.RUNNING
    return State.RETRYING if row.tries and row.why else State.WAITING


def _ingest(_now: datetime) -> _Query:
    d = deliveries.c
    every = select(
        literal("ingest").label("kind"),
        d.id.label("key"),
        d.host,
        literal("").label("repo"),
        literal("").label("number"),
        d.event.label("about"),
        d.why,
        d.received_at.label("since"),
        d.tries,
        d.lease_until.label("due_at"),
        d.state.in_(_UNDER_WAY).label("held"),
        (d.state == "failed").label("dead"),
    )
    return _Query(every, d.state.in_(("received", "running")), d.state == "failed")


def _compare(_now: datetime) -> _Query:
    r = runs.c
    every = (
        select(
            literal("compare").label("kind"),
            r.id.label("key"),
            repos.c.host,
            repos.c.path.label("repo"),
            changes.c.number,
            r.title.label("about"),
            r.why,
            r.created_at.label("since"),
            r.tries,
            r.lease_until.label("due_at"),
            r.state.in_(_UNDER_WAY).label("held"),
            (r.state == "failed").label("dead"),
        )
        .join(changes, changes.c.id == r.change_id)
        .join(repos)
    )
    return _Query(every, r.state.in_(("queued", "comparing")), r.state == "failed")


def _publish(now: datetime) -> _Query:
    c = changes.c
    owed = c.said < c.wanted
    held = and_(c.lease_until.is_not(None), c.lease_until > now)
    every = select(
        literal("publish").label("kind"),
        c.id.label("key"),
        repos.c.host,
        repos.c.path.label("repo"),
        c.number,
        c.title.label("about"),
        c.why,
        func.coalesce(c.late_since, literal(now, c.late_since.type)).label("since"),
        c.tries,
        case((held, c.lease_until), else_=c.due_at).label("due_at"),
        held.label("held"),
        (~owed).label("dead"),
    ).join(repos)
    # In these words the index of the few has it: a bound value is none that SQLite could find there.
    return _Query(every, owed, and_(~owed, c.why != literal_column("''")))


def _approve(_now: datetime) -> _Query:
    a, later = approvals.c, approvals.alias("later")
    asked_again = exists().where(later.c.change_id == a.change_id, later.c.requested_at > a.requested_at)
    every = (
        select(
            literal("approve").label("kind"),
            a.id.label("key"),
            repos.c.host,
            repos.c.path.label("repo"),
            changes.c.number,
            changes.c.title.label("about"),
            a.why,
            a.requested_at.label("since"),
            a.tries,
            a.lease_until.label("due_at"),
            a.state.in_(_UNDER_WAY).label("held"),
            (a.state == "failed").label("dead"),
        )
        .join(changes, changes.c.id == a.change_id)
        .join(repos)
    )
    return _Query(every, a.state.in_(("requested", "committing")), and_(a.state == "failed", ~asked_again))


_QUERIES: Mapping[str, Callable[[datetime], _Query]] = {
    "ingest": _ingest,
    "compare": _compare,
    "publish": _publish,
    "approve": _approve,
}
KINDS = tuple(_QUERIES)
"""A large run's batches are no entries of their own: they are a part of comparing it."""
