"""Read how a database means to answer a statement, and say what in it grows with everything there is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection

from storage.tables import metadata

MOST_SORTED = 20_000
"""Rows. Whoever sorts a whole run of 10,000 goldens is right."""
PARTIAL = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"].get("where") is not None
}
"""These hold only the few rows that are asked for, so to walk them whole is to walk the answer."""


def faults(db: Connection, statement: str, parameters: Any, growing: Collection[str]) -> list[str]:
    """Give what in a statement's plan goes through a whole one of the growing tables."""
    if db.dialect.name == "sqlite":
        rows = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows if _scans(row.detail, growing)]
    (plan,) = db.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return [told for node in _nodes(plan["Plan"]) if (told := _trouble(node, growing))]


def _scans(detail: str, growing: Collection[str]) -> bool:
    scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", detail)
    return scan is not None and scan[1] in growing and scan[2] not in PARTIAL


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _trouble(node: dict[str, Any], growing: Collection[str]) -> str:
    kind, table, index = node["Node Type"], node.get("Relation Name", ""), node.get("Index Name", "")
    rows = node["Plan Rows"]
    if kind == "Seq Scan" and table in growing:
        return f"goes through all of {table}, for {rows} rows: {node.get('Filter', '')}"
    if kind in ("Index Scan", "Index Only Scan") and table in growing and "Index Cond" not in node:
        return "" if index in PARTIAL else f"walks all of {index}, for {rows} rows: {node.get('Filter', '')}"
    if kind == "Sort" and rows > MOST_SORTED:
        return f"sorts {rows} rows by {node.get('Sort Key')}"
    return ""
