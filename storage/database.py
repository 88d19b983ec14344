"""Open the database, and bring its schema to what this code knows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from diffing.words import Refused

_READING = "golddigger_reading"
_ONE_MIGRATES = 0x601D  # any number, as long as nobody else locks by it
_PAUSES = [0.01 * 1.3**step for step in range(20)]  # six seconds in all
_USABLE = "Use `sqlite:////absolute/path.sqlite` or `postgresql://user:password@host/name`."


def connect(url: str, *, busy_seconds: float = 15.0) -> Engine:
    """Open a database by its address. SQLite waits `busy_seconds` for whoever writes; Refused for other kinds."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused(f"The database's address cannot be read. {_USABLE}") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, busy_seconds)
        case "postgresql" | "postgres":
            return _postgresql(parsed)
        case other:
            raise Refused(f"Golddigger does not work with {other} databases. {_USABLE}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one transaction that sees one state of the database and, on SQLite, keeps nobody from writing."""
    with engine.connect().execution_options(**{_READING: True}) as db, db.begin():
        yield db


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest. Safe to repeat, and for several at once: one does it, the others wait."""
    with engine.begin() as db:  # on SQLite this waits for any other who writes
        if db.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": _ONE_MIGRATES})
        _must_be_known(db)
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "head")


def check(engine: Engine) -> None:
    """Raise Refused, saying what to do, where the schema is not the newest that this code knows."""
    with reading(engine) as db:
        stands = _must_be_known(db)
    if stands != _newest():
        older = f"is at {stands}, older than this Golddigger, which" if stands else "has no tables yet; Golddigger"
        raise Refused(f"The database {older} needs {_newest()}. Run `golddigger migrate`, then start again.")


def _must_be_known(db: Connection) -> str | None:
    """Give the schema's revision, None where there is none; Refused where a newer Golddigger made it."""
    stands = MigrationContext.configure(db).get_current_revision()
    if stands is not None and stands not in _known():
        raise Refused(
            f"The database's schema ({stands}) was made by a newer Golddigger; this one knows it up to "
            f"{_newest()}. Install the newer one again; its `golddigger migrate` finds nothing to do."
        )
    return stands


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    return config


@cache
def _newest() -> str:
    return ScriptDirectory.from_config(_config()).get_revisions("head")[0].revision


@cache
def _known() -> frozenset[str]:
    return frozenset(each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions())


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise Refused(f"A database in memory is gone with the process. {_USABLE}")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # Connections are cheap here, and threads that need one are few enough: never let one wait for another.
    engine = create_engine(url, max_overflow=-1, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer go on side by side. The file remembers it."""
    # The first switch is refused at once while another process opens the file: SQLite's own waiting knows no
    # such case. It is over in milliseconds.
    for pause in _PAUSES:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(pause)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def _begin(db: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for its turn: SQLite refuses it when somebody
    # else wrote in between. So writers take their turn at the start. https://sqlite.org/lang_transaction.html
    reads = db.get_execution_options().get(_READING, False)
    db.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise Refused("PostgreSQL needs its driver: install the package `psycopg[binary]`.") from error
