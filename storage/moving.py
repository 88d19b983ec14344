"""Begin an UPDATE that moves rows from state to state: a compare-and-set along a table of moves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Update, and_, case, or_, true, update

from diffing.states import Moves, before


def move(table: Table, moves: Moves, after: str, **values: Any) -> Update:
    """Begin a move to `after` from those states only that it may follow. Leases end, unless one is given."""
    return (
        update(table)
        .where(table.c.state.in_(before(moves, after)))
        .values({"state": after, "lease_until": None, **values})
    )


def free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Does nobody hold the row's lease, or for too long?"""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def held(table: Table, until: datetime | None) -> ColumnElement[bool]:
    """Does whoever took the row until then hold it still? Later holders' leases end later. None: whoever it is."""
    return true() if until is None else table.c.lease_until == until


def lapses(table: Table, state: str) -> ColumnElement[int]:
    """Count, of a row that is claimed, how often whoever held it in this state ended without a word."""
    held = and_(table.c.state == state, table.c.lease_until.is_not(None))
    return table.c.lapses + case((held, 1), else_=0)


def moved(db: Connection, statement: Update) -> bool:
    """Carry out a move of one row; was it this very call that moved it?"""
    return db.execute(statement).rowcount == 1
