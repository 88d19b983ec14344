"""Read rows into the dataclasses of their table, and insert what may be there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from diffing.words import Refused

T = TypeVar("T")


def one(kind: type[T], row: Row[Any] | None) -> T:
    """Make a row's dataclass; Refused where there is no row."""
    if row is None:
        raise Refused(f"There is no such {kind.__name__.removeprefix('Stored').lower()} any more.")
    return read(kind, row._mapping)  # noqa: SLF001  the documented name of a row's mapping


def read(kind: type[T], row: Mapping[Any, Any]) -> T:
    """Make a dataclass of the columns that it names."""
    return kind(**{each.name: row[each.name] for each in fields(kind)})  # type: ignore[arg-type]


def insert_new(db: Connection, table: Table, values: Mapping[str, Any]) -> Any:
    """Insert a row and give its primary key; None where its unique columns are taken already."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    key = next(iter(table.primary_key))
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(key)
    return db.execute(statement).scalar_one_or_none()
