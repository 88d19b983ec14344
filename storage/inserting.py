"""Begin an INSERT that can say ON CONFLICT, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def insert(db: Connection, table: Table) -> Insert:
    """Begin an INSERT in the database's own dialect; both take the same `on_conflict_…` and `excluded`."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
