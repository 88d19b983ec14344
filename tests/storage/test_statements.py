"""What the statements are: PostgreSQL's too, and found by an index where tables grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect

from diffing.words import Refused
from tests.storage import calls, plans

CALLS = [pytest.param(function, given, id=name) for name, function, given in calls.every()]


class Paper:
    """A connection that writes statements down in a dialect, and finds one row and no rows alike."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.written: list[str] = []

    def execute(self, statement: Any, _rows: Any = None) -> Paper:
        self.written.append(str(statement.compile(dialect=self.dialect)))
        return self

    rowcount = 1

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def scalars(self) -> Paper:
        return self

    def all(self) -> list[Any]:
        return []

    def one_or_none(self) -> None:
        return None

    def scalar_one_or_none(self) -> None:
        return None

    def scalar_one(self) -> int:
        return 1


@pytest.mark.parametrize("dialect", [postgresql.dialect, sqlite.dialect], ids=["postgresql", "sqlite"])
@pytest.mark.parametrize(("function", "given"), CALLS)
def test_every_statement_can_be_said_in_both_dialects(
    function: Callable[..., Any], given: dict[str, Any], dialect: type[Dialect]
) -> None:
    """No function says what one of the databases cannot understand."""
    paper = Paper(dialect())
    try:
        function(cast("Connection", paper), **given)
    except Refused:
        assert paper.written  # there was no row to be found
    assert paper.written
    assert all(re.match(r"(WITH|SELECT|INSERT|UPDATE|DELETE) ", statement) for statement in paper.written)


GROWING = {
    "deliveries",
    "changes",
    "publications",
    "runs",
    "comparisons",
    "decisions",
    "approvals",
    "git_blobs",
    "batches",
}


@contextmanager
def listening(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Write down what is really said to the database."""
    said: list[tuple[str, Any]] = []

    def hear(_db: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many:
            said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    yield said
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(("function", "given"), CALLS)
def test_no_statement_goes_through_a_whole_table(
    sqlite: Engine, function: Callable[..., Any], given: dict[str, Any]
) -> None:
    """However many rows there are, each statement finds its own by an index."""
    with sqlite.connect() as db, listening(sqlite) as said:
        try:
            function(db, **given)
        except Exception:  # noqa: BLE001  rows that it needs are not there; what it says is heard all the same
            assert said
        db.rollback()
    spoken = [each for each in said if each[0].startswith(("WITH", "SELECT", "UPDATE", "DELETE"))]
    with sqlite.connect() as db:
        plans = [
            row.detail
            for statement, parameters in spoken
            for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert [plan for plan in plans if _whole(plan)] == []
    assert plans or not spoken


def _whole(plan: str) -> bool:
    scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", plan)
    return scan is not None and scan[1] in GROWING and scan[2] not in plans.PARTIAL
