"""Look back over the runs of a repository: how often each golden changed, and what became of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from diffing.words import Comparison, Name, Outcome
from storage.comparisons import of_row
from storage.searches import has
from storage.tables import changes, comparisons, runs

MOST_RUNS = 100
"""Over so many of a repository's newest runs its goldens are counted."""


class Order(StrEnum):
    """What comes first in a list of goldens."""

    CHANGED = "changed"
    FLAKY = "flaky"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One golden, with how it fared in a repository's newest runs."""

    name: Name
    runs: int
    """In so many it was compared …"""
    changed: int
    """… in so many it called for a look …"""
    flaky: int
    """… and in so many it was drawn differently on the same commit."""
    last: datetime | None
    """The newest run in which it called for a look; None where there is none."""
    score: int
    """By what it stands in the list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a golden stands in a list of goldens."""

    score: int
    name: str


@dataclass(frozen=True, slots=True)
class Fared:
    """How a golden fared in all runs that are kept."""

    runs: int
    changed: int
    flaky: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One run in which a golden called for a look."""

    comparison: Comparison
    run_id: str
    head: str
    source: str
    """The pipeline, as people call it."""
    at: datetime
    change_id: int
    number: str
    title: str
    branch: str
    url: str

    @property
    def id(self) -> int:
        """By what episodes are in order."""
        return int(self.comparison.id)


def goldens(
    db: Connection, repo_id: int, *, words: str, order: Order, after: Place | None, most: int
) -> list[Golden]:
    """Give a repository's goldens in order, from a place on. None: from the first on.

    `words` stand in the name. Costs one look at all comparisons of the repository's newest hundred runs: 5 ms for
    2,000 of them, half a second where each run compares 2,000 goldens."""
    counted = _counted(repo_id, words, order).subquery("counted")
    query = select(counted).order_by(counted.c.score.desc(), counted.c.name).limit(most)
    if after is not None:
        query = query.where(
            or_(
                counted.c.score < after.score,
                and_(counted.c.score == after.score, counted.c.name > after.name),
            )
        )
    return [_golden(row) for row in db.execute(query)]


def runs_counted(db: Connection, repo_id: int) -> int:
    """Say over how many runs a repository's goldens are counted."""
    counted: int = db.execute(select(func.count()).select_from(_newest(repo_id).subquery())).scalar_one()
    return counted


def fared(db: Connection, repo_id: int, name: Name, *, among: Collection[str] | None) -> Fared | None:
    """Count in how many runs a golden was compared; None where it never was. `among`: these runs; None: all.

    As `after` and `before` it goes through the index of names: a look at each comparison of a golden of this name,
    in whatever repository: 10 ms for 2,000 of them."""
    open_ = comparisons.c.outcome != Outcome.SAME.value
    query = _of_name(select(*_in_runs(open_)), repo_id, name, among)
    row = db.execute(query).one_or_none()
    return Fared(*row) if row and row[0] else None


def before(
    db: Connection, repo_id: int, name: Name, *, among: Collection[str] | None, than: int | None, most: int
) -> list[Episode]:
    """Give the episodes of a golden, newest first, that lie before one. None: from the newest on."""
    query = _episodes(repo_id, name, among)
    if than is not None:
        query = query.where(comparisons.c.id < than)
    return [_episode(row) for row in db.execute(query.order_by(comparisons.c.id.desc()).limit(most))]


def after(
    db: Connection, repo_id: int, name: Name, *, among: Collection[str] | None, than: int, most: int
) -> list[Episode]:
    """Give the episodes of a golden, newest first, that came right after one."""
    query = _episodes(repo_id, name, among).where(comparisons.c.id > than)
    return [_episode(row) for row in db.execute(query.order_by(comparisons.c.id).limit(most))][::-1]


# ---------------------------------------------------------------------------------------------- queries


def _newest(repo_id: int) -> Select[*tuple[Any, ...]]:
    query = select(runs.c.id, runs.c.created_at).join(changes, changes.c.id == runs.c.change_id)
    # Said by what it is not, for SQLite would go through all runs of a state rather than through the repository's.
    ended = runs.c.state.not_in(["queued", "comparing", "failed"])
    return query.where(changes.c.repo_id == repo_id, ended).order_by(runs.c.created_at.desc()).limit(MOST_RUNS)


def _counted(repo_id: int, words: str, order: Order) -> Select[*tuple[Any, ...]]:
    newest = _newest(repo_id).subquery("newest")
    c = comparisons.c
    open_ = c.outcome != Outcome.SAME.value
    compared, changed, flaky = _in_runs(open_)
    score = {Order.CHANGED: changed, Order.FLAKY: flaky, Order.NAME: func.min(0)}[order]
    query = (
        select(
            c.name,
            compared.label("runs"),
            changed.label("changed"),
            flaky.label("flaky"),
            func.max(case((open_, newest.c.created_at))).label("last"),
            score.label("score"),
        )
        .join(newest, newest.c.id == c.run_id)
        .where(c.placed.is_(True))
        .group_by(c.name)
    )
    return query.where(has(c.name, words)) if words else query


def _in_runs(open_: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """Count the runs in which it was compared, called for a look, and was flaky: two suites may share a name."""
    c = comparisons.c
    changed, flaky = case((open_, c.run_id)), case((c.flaky.is_(True), c.run_id))
    return func.count(c.run_id.distinct()), func.count(changed.distinct()), func.count(flaky.distinct())


def _episodes(repo_id: int, name: Name, among: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    told = select(
        comparisons,
        runs.c.head,
        runs.c.title.label("source"),
        runs.c.created_at,
        changes.c.id.label("change_id"),
        changes.c.number,
        changes.c.title.label("title"),
        changes.c.branch,
        changes.c.url,
    )
    return _of_name(told, repo_id, name, among).where(comparisons.c.outcome != Outcome.SAME.value)


def _of_name(
    query: Select[*tuple[Any, ...]], repo_id: int, name: Name, among: Collection[str] | None
) -> Select[*tuple[Any, ...]]:
    joined = comparisons.join(runs, runs.c.id == comparisons.c.run_id).join(
        changes, changes.c.id == runs.c.change_id
    )
    query = query.select_from(joined).where(
        comparisons.c.name == name, comparisons.c.placed.is_(True), changes.c.repo_id == repo_id
    )
    return query if among is None else query.where(runs.c.id.in_(among))


def _golden(row: Row[Any]) -> Golden:
    return Golden(**row._asdict() | {"name": Name(row.name)})


def _episode(row: Row[Any]) -> Episode:
    return Episode(
        comparison=of_row(row),
        run_id=row.run_id,
        head=row.head,
        source=row.source,
        at=row.created_at,
        change_id=row.change_id,
        number=row.number,
        title=row.title,
        branch=row.branch,
        url=row.url,
    )
