"""What was over before the cleaner came is given the best known moment since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from storage import database
from tests.storage.making import NOW

pytestmark = pytest.mark.slow

OPEN, CLOSED, QUIET = 1, 2, 3
RUNS = (
    ("old", OPEN, "superseded", 0),
    ("new", OPEN, "concluded", 1),
    ("a", CLOSED, "superseded", 0),
    ("b", CLOSED, "superseded", 1),
)
"""Id, change, state, and the hour at which it was made."""


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Open a database as it was before."""
    if request.param == "sqlite":
        opened = database.connect(f"sqlite:///{tmp_path}/older.sqlite")
    else:
        opened = database.connect(request.getfixturevalue("postgresql_database"))
        with opened.begin() as db:
            db.execute(text("DROP SCHEMA public CASCADE"))
            db.execute(text("CREATE SCHEMA public"))
    with opened.begin() as db:
        config = database._config()
        config.attributes["connection"] = db
        command.upgrade(config, "0003")
    yield opened
    opened.dispose()


def test_moments_are_noted_of_rows_from_before(older: Engine) -> None:
    """A closed change is over since its last run; one without any, from the next round on. A superseded run of an
    open change is replaced since it was made."""
    with older.begin() as db:
        _fill(db)
    database.migrate(older)
    with older.begin() as db:
        over = {row.id: row.over_since for row in db.execute(text("SELECT id, over_since FROM changes"))}
        replaced = {row.id: row.replaced_at for row in db.execute(text("SELECT id, replaced_at FROM runs"))}
    assert (over[OPEN], over[QUIET]) == (None, None)
    assert _moment(over[CLOSED]) == NOW + timedelta(hours=1)
    assert {id_ for id_, at in replaced.items() if at is not None} == {"old"}
    assert _moment(replaced["old"]) == NOW


def _moment(told: str | datetime) -> datetime:
    moment = datetime.fromisoformat(told) if isinstance(told, str) else told
    return moment if moment.tzinfo else moment.replace(tzinfo=NOW.tzinfo)


def _fill(db: Connection) -> None:
    _add(db, "repos", id=1, host="h", forge_id="1", path="o/r", tenant="", private=True, gone=False)
    told = dict.fromkeys(
        ("title", "author", "url", "branch", "head_repo", "head_path", "base_branch", "notice"), ""
    )
    for number, open_ in ((OPEN, True), (CLOSED, False), (QUIET, False)):
        more = {"open": open_, "wanted": 0, "said": 0, "pending": False, "head": "h", "base": "b"}
        _add(db, "changes", id=number, repo_id=1, number=str(number), **told, **more)
    for run, change, state, hours in RUNS:
        words = dict.fromkeys(("source", "title", "url", "why"), "") | {"notes": "[]", "globs": "{}"}
        counts = {"attempt": 1, "round": 1, "done": 0, "total": 0, "tries": 0}
        at = (NOW + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.%f")
        more = {"head": "h", "base": "b", "pipeline_id": run, "state": state, "created_at": at}
        _add(db, "runs", id=run, change_id=change, **words, **counts, **more)


def _add(db: Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{each}" for each in values)
    db.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)
