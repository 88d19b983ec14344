"""Give what a run found a piece at a time, in the order of its list, with the last that was said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from diffing.words import QUIET, Digest, Name, Opinion, Outcome
from storage.tables import comparisons, decisions

OPEN = "open"
"""The state of what awaits a decision; the others are what was said of it: `approved`, `rejected`."""
Columns = ReadOnlyColumnCollection[str, Any]
_ESCAPE = "\\"
_OVERLAP = 200
"""Decisions. On PostgreSQL one with a lower number may be committed after one with a higher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which part of a list: empty words leave nothing out."""

    words: str = ""
    """Stand in the name, letter case ignored."""
    state: str = ""
    outcome: str = ""
    suite: str | None = None
    alike: str = ""
    """The fingerprint of the same change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a comparison stands in its run's list. The order never changes: a concluded run does not."""

    id: int
    at: int
    """1 for the first."""
    suite: str
    alike: str
    """The fingerprint that it shares with others of its suite, next to it; empty where it stands alone."""
    many: int
    """How many share it."""
    in_suite: int
    """How many are in its suite."""
    again: bool
    """Does one that stands before it have the same name?"""
    number: int
    """1 for the first of what is wanted …"""
    found: int
    """… of so many."""
    name: Name
    candidate: Digest | None
    opinion: Opinion | None
    """The last one of this candidate that still counts."""
    who: str
    """Who said that; empty where nothing counts."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many comparisons have this outcome, and this last said of them."""

    outcome: Outcome
    decidable: bool
    opinion: Opinion | None
    count: int


def after(db: Connection, run_id: str, change_id: int, wanted: Wanted, *, at: int, most: int) -> list[Place]:
    """Give the first places that come after one, in order.

    Every piece costs one walk over the run's rows and a look at the last decision on each, without what differs:
    10,000 take about a tenth of a second."""
    listed = _wanted(run_id, change_id, wanted).subquery("listed")
    query = select(listed).where(listed.c.at > at).order_by(listed.c.at).limit(most)
    return [_place(row) for row in db.execute(query)]


def before(db: Connection, run_id: str, change_id: int, wanted: Wanted, *, at: int, most: int) -> list[Place]:
    """Give the last places that come before one, in order."""
    listed = _wanted(run_id, change_id, wanted).subquery("listed")
    query = select(listed).where(listed.c.at < at).order_by(listed.c.at.desc()).limit(most)
    return [_place(row) for row in db.execute(query)][::-1]


def find(db: Connection, run_id: str, change_id: int, comparison_id: int) -> Place | None:
    """Give a comparison's place; None where the list has none of this id."""
    listed = _wanted(run_id, change_id, Wanted()).subquery("listed")
    row = db.execute(select(listed).where(listed.c.id == comparison_id)).one_or_none()
    return _place(row) if row else None


def named(db: Connection, run_id: str, change_id: int, name: Name) -> list[Place]:
    """Give the places of a name, in order: more than one where suites share it."""
    listed = _wanted(run_id, change_id, Wanted()).subquery("listed")
    query = select(listed).where(listed.c.name == name).order_by(listed.c.at)
    return [_place(row) for row in db.execute(query)]


def tally(db: Connection, run_id: str, change_id: int) -> list[Tally]:
    """Count a run's comparisons by outcome and by what was said of them."""
    c = comparisons.c
    looked = (
        select(c.outcome, _decidable(c.outcome, c.placed).label("decidable"), _counting(c).label("said"))
        .select_from(comparisons.outerjoin(decisions, _spoken(change_id, c)))
        .where(c.run_id == run_id)
        .subquery("looked")
    )
    by = (looked.c.outcome, looked.c.decidable, looked.c.said)
    return [
        Tally(Outcome(outcome), bool(decidable), Opinion(said) if said else None, number)
        for outcome, decidable, said, number in db.execute(select(*by, func.count()).group_by(*by))
    ]


def approved(db: Connection, run_id: str, change_id: int) -> set[tuple[Name, Digest | None]]:
    """Give the candidates of a run that stand approved."""
    c = comparisons.c
    query = select(c.name, c.candidate).select_from(comparisons.outerjoin(decisions, _spoken(change_id, c)))
    rows = db.execute(query.where(c.run_id == run_id, _counting(c) == Opinion.APPROVED.value))
    return {(Name(name), _digest(candidate)) for name, candidate in rows}


def news(db: Connection, run_id: str, change_id: int, *, since: int) -> Mapping[int, tuple[Opinion | None, str]]:
    """Give what counts now of each comparison of which somebody spoke since a decision, or shortly before it.

    It costs what was said since, and not what there is."""
    d, c = decisions.c, comparisons.c
    said = d.opinion != Opinion.WITHDRAWN.value
    query = (
        select(c.id, d.opinion, d.who, said.label("counts"))
        .select_from(
            decisions.join(
                comparisons, and_(c.run_id == run_id, c.name == d.name, _same(c.candidate, d.candidate))
            )
        )
        .where(d.change_id == change_id, d.id > max(0, since - _OVERLAP), _decidable(c.outcome, c.placed))
        .order_by(d.id)
    )
    return {row.id: (Opinion(row.opinion), row.who) if row.counts else (None, "") for row in db.execute(query)}


def newest(db: Connection, change_id: int) -> tuple[int, int]:
    """Give the number of a change's newest decision, 0 where there is none, and how many it has."""
    d = decisions.c
    row = db.execute(select(func.max(d.id), func.count()).where(d.change_id == change_id)).one_or_none()
    return (row[0] or 0, row[1]) if row else (0, 0)


# ---------------------------------------------------------------------------------------------- queries


def _wanted(run_id: str, change_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    places = _places(run_id).subquery("places")
    p = places.c
    said = _counting(p)
    query = select(
        p.id,
        p.at,
        p.suite,
        case((p.many > 1, p.alike), else_="").label("alike"),
        p.many,
        p.in_suite,
        p.nth,
        p.name,
        p.candidate,
        said.label("opinion"),
        decisions.c.who,
        func.row_number().over(order_by=p.at).label("number"),
        func.count().over().label("found"),
    ).select_from(places.outerjoin(decisions, _spoken(change_id, p)))
    return query.where(*_limits(wanted, p, said))


def _limits(wanted: Wanted, p: Columns, said: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if wanted.words:
        # SQLite lowers ASCII letters alone: others are found as they are written.
        ways = ((func.lower(p.name), wanted.words.lower()), (p.name, wanted.words))
        limits.append(or_(*(name.like(f"%{_escaped(words)}%", escape=_ESCAPE) for name, words in ways)))
    if wanted.state == OPEN:
        limits += [said.is_(None), _decidable(p.outcome, p.placed)]
    elif wanted.state:
        limits.append(said == wanted.state)
    if wanted.outcome:
        limits.append(p.outcome == wanted.outcome)
    if wanted.suite is not None:
        limits.append(p.suite == wanted.suite)
    if wanted.alike:
        limits.append(p.alike == wanted.alike)
    return limits


def _places(run_id: str) -> Select[*tuple[Any, ...]]:
    """Put a run's comparisons in order: suites as they were compared, in each the same change together, and first
    what most needs eyes."""
    grouped = _grouped(run_id).subquery("grouped")
    g = grouped.c
    by = (g.of_suite, g.lead, g.name, g.id)
    return select(
        *(
            g[name]
            for name in ("id", "suite", "name", "outcome", "placed", "candidate", "alike", "many", "in_suite")
        ),
        func.row_number().over(order_by=by).label("at"),
        func.row_number().over(partition_by=g.name, order_by=by).label("nth"),
    )


def _grouped(run_id: str) -> Select[*tuple[Any, ...]]:
    ranked = _ranked(run_id).subquery("ranked")
    r = ranked.c
    together = [r.suite, r.alike, case((r.alike == "", r.id), else_=0)]
    return select(
        *r,
        func.min(r.id).over(partition_by=r.suite).label("of_suite"),
        func.min(r.rank).over(partition_by=together).label("lead"),
        func.count().over(partition_by=together).label("many"),
        func.count().over(partition_by=r.suite).label("in_suite"),
    )


def _ranked(run_id: str) -> Select[*tuple[Any, ...]]:
    c = comparisons.c
    changed = c.outcome == Outcome.CHANGED.value
    quiet = case((and_(changed, c.kind.in_([kind.value for kind in QUIET])), 1), else_=0)
    place = case(
        (c.outcome == Outcome.UNREADABLE.value, 0),
        (c.placed.is_(False), 1),
        (changed, 2),
        (c.outcome == Outcome.ADDED.value, 3),
        else_=4,
    )
    return select(
        c.id,
        c.suite,
        c.name,
        c.outcome,
        c.placed,
        c.candidate,
        case((changed, c.fingerprint), else_="").label("alike"),
        func.row_number().over(order_by=(quiet, place, c.ratio.desc(), c.name, c.id)).label("rank"),
    ).where(c.run_id == run_id, c.outcome != Outcome.SAME.value)


def _spoken(change_id: int, of: Columns) -> ColumnElement[bool]:
    """Join the last decision on a candidate."""
    # Its number alone would do. Without the change PostgreSQL means to join with all the decisions there are.
    return and_(decisions.c.change_id == change_id, decisions.c.id == _last(change_id, of))


def _last(change_id: int, of: Columns) -> ScalarSelect[Any]:
    """Give the number of the last decision on a candidate: one look into an index for each."""
    d = decisions.alias("said").c
    seen = func.coalesce(d.candidate, "") == func.coalesce(of.candidate, "")
    return select(func.max(d.id)).where(d.change_id == change_id, d.name == of.name, seen).scalar_subquery()


def _counting(of: Columns) -> ColumnElement[Any]:
    """Give the opinion as far as it counts: not withdrawn, and of something that can be decided."""
    spoken = decisions.c.opinion != Opinion.WITHDRAWN.value
    return case(
        (and_(spoken, _decidable(of.outcome, of.placed)), decisions.c.opinion), else_=literal(None, String)
    )


def _decidable(outcome: ColumnElement[str], placed: ColumnElement[bool]) -> ColumnElement[Any]:
    never = [Outcome.SAME.value, Outcome.UNREADABLE.value]
    return and_(placed.is_(True), outcome.not_in(never))


def _same(one: ColumnElement[Any], two: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(one == two, and_(one.is_(None), two.is_(None)))


def _escaped(words: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        words = words.replace(sign, _ESCAPE + sign)
    return words


def _digest(candidate: str | None) -> Digest | None:
    return Digest(candidate) if candidate else None


def _place(row: Row[Any]) -> Place:
    return Place(
        id=row.id,
        at=row.at,
        suite=row.suite,
        alike=row.alike,
        many=row.many,
        in_suite=row.in_suite,
        again=row.nth > 1,
        number=row.number,
        found=row.found,
        name=Name(row.name),
        candidate=_digest(row.candidate),
        opinion=Opinion(row.opinion) if row.opinion else None,
        who=row.who if row.opinion else "",
    )
