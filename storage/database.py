"""Connect to the database, and bring its schema to what this code knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from diffing.words import Refused

_BUSY_SECONDS = 15
_LOCK = 7_021_130_061
"""PostgreSQL's advisory lock that migrations hold: any number that nobody else uses."""


def connect(url: str) -> Engine:
    """Give an engine; SQLite is set up so that readers and one writer go on side by side."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused("GOLDDIGGER_DATABASE_URL is no database address, such as sqlite:///golddigger.db") from error
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest. Does nothing where it is; several at once wait for each other."""
    with engine.begin() as db:
        if engine.dialect.name == "postgresql":
            db.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        with _config(db) as config:
            command.upgrade(config, "head")


def check(engine: Engine) -> None:
    """Refuse a schema that this code does not know."""
    with engine.begin() as db, _config(db) as config:
        newest = ScriptDirectory.from_config(config).get_current_head()
        present = MigrationContext.configure(db).get_current_revision()
    if present != newest:
        raise Refused(
            f"The database's schema is {present or 'empty'}, and this Golddigger needs {newest}. "
            "Run `golddigger migrate`; if the schema is newer, run a newer Golddigger."
        )


@contextmanager
def _config(db: Connection) -> Iterator[Config]:
    with resources.as_file(resources.files("storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = db
        yield config


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(db: Connection) -> None:
    # Taking the writer's place at once: a transaction that began to read could not wait for it later.
    db.exec_driver_sql("BEGIN IMMEDIATE")
