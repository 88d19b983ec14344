"""From every older schema rows live on into the newest, with what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, insert, select, types

from storage import approvals, changes, comparisons, database, decisions, deliveries, runs
from tests.parts import databases

pytestmark = pytest.mark.slow

REVISIONS = sorted(database._known())
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOLD: Mapping[str, Mapping[str, Any]] = {
    "runs": {"state": "concluded", "notes": ["a note"], "globs": {"phone": ["*.png"]}},
    "deliveries": {"state": "done"},
    "approvals": {"state": "committed", "files": [["goldens/a.png", "2" * 64, None, "phone"]]},
    "comparisons": {"outcome": "changed", "placed": True, "difference": None},
    "decisions": {"opinion": "approved"},
    "changes": {"open": True, "wanted": 1, "said": 1},
    "batches": {"state": "done", "pairs": {}, "found": []},
}
"""What a row says beside what any row of its kind could."""
NUMBERS = (1, 2)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open a database without tables."""
    if request.param == "sqlite":
        engine = database.connect(f"sqlite:///{tmp_path_factory.mktemp('older')}/older.sqlite")
        yield engine
        engine.dispose()
        return
    with databases.created(request.getfixturevalue("postgresql_url")) as url:
        engine = database.connect(url)
        yield engine
        engine.dispose()


def upgrade(db: Connection, revision: str) -> None:
    """Bring the schema to a revision, as the release that had it did."""
    config = database._config()
    config.attributes["connection"] = db
    command.upgrade(config, revision)


def tables(db: Connection) -> list[Table]:
    """Give the tables as they are, those first to which others refer."""
    made = MetaData()
    made.reflect(db)
    return [table for table in made.sorted_tables if table.name != "alembic_version"]


def value(table: Table, column: Any, number: int) -> Any:
    """Make up what stands in a column of the row with this number."""
    if column.name in TOLD.get(table.name, {}):
        return TOLD[table.name][column.name]
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column.table, key.column, number)
    match column.type:
        case types.Boolean():
            return number == 1
        case types.Integer():
            return number
        case types.Float():
            return number / 4
        case types.DateTime():
            return AT if column.name != "lease_until" else None
        case types.LargeBinary():
            return b"{}"
        case types.JSON():
            return []
        case types.String():
            return f"{table.name}-{number}"[: column.type.length]
    raise AssertionError(f"{table.name}.{column.name} is of a kind that this test does not know: {column.type}")


def rows(db: Connection, table: Table) -> list[Mapping[str, Any]]:
    """Give all rows, in order of their keys."""
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in db.execute(query).mappings()]


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_live_on(empty: Engine, revision: str) -> None:
    """What a release wrote into every table that it had stands there after the newest one migrated."""
    with empty.begin() as db:
        upgrade(db, revision)
        before = tables(db)
        for table in before:
            for number in NUMBERS:
                row = {column.name: value(table, column, number) for column in table.columns}
                db.execute(insert(table).values(**row))
        kept = {table.name: rows(db, table) for table in before}
    database.migrate(empty)
    database.check(empty)
    with empty.begin() as db:
        after = {table.name: rows(db, table) for table in tables(db)}
        for name, were in kept.items():
            assert [{key: new[key] for key in old} for old, new in zip(were, after[name], strict=True)] == were


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_lived_on_can_be_read(empty: Engine, revision: str) -> None:
    """The newest release reads what an older one knew of a run and of a change as it was meant."""
    with empty.begin() as db:
        upgrade(db, revision)
        for table in tables(db):
            for number in NUMBERS:
                db.execute(insert(table).values({each.name: value(table, each, number) for each in table.columns}))
    database.migrate(empty)
    with empty.begin() as db:
        run = runs.get(db, "runs-1")
        assert (run.state, *run.notes, *run.globs["phone"]) == ("concluded", "a note", "*.png")
        assert changes.get(db, 1).head == "changes-1"
        (found,) = comparisons.of_run(db, run.id)
        assert (found.name, found.outcome, found.candidate) == ("comparisons-1", "changed", "comparisons-1")
        (decision,) = decisions.of_change(db, 1)
        assert (decision.opinion, decision.who) == ("approved", "decisions-1")
        (approval,) = approvals.of_change(db, 1)
        assert (approval.state, approval.files[0].name) == ("committed", "goldens/a.png")
        assert deliveries.get(db, 1).body == b"{}"


def test_every_step_is_tried_with_rows() -> None:
    """No revision is left out, and they follow each other in one line."""
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
