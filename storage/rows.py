"""Fetch the one row that there must be."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select

from diffing.words import Refused


def only(db: Connection, query: Select[*tuple[Any, ...]], what: str) -> Row[*tuple[Any, ...]]:
    """Give the row that a query finds by its id; Refused, naming what is gone, where there is none."""
    row = db.execute(query).one_or_none()
    if row is None:
        raise Refused(f"There is no such {what} any more.")
    return row
