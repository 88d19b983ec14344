"""Open the database, and bring its schema to what this code knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, ProgrammingError

from diffing.words import Refused, Unavailable
from storage import away, postgresql, sqlite
from storage.away import Away

_ONE_MIGRATES = 0x601D  # any number, as long as nobody else locks by it
_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {sqlite.READING: True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_NO_RIGHT = "42501"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_USABLE = "Use `sqlite:////absolute/path.sqlite` or `postgresql://user:password@host/name`."
_ESCAPED = "In a password, write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %."


def connect(url: str, *, busy_seconds: float = 15.0) -> Engine:
    """Open a database by its address. SQLite waits `busy_seconds` for whoever writes; Refused for other kinds.

    Where it cannot be asked, now or at any later time, `Away` is raised."""
    engine = _engine(_parsed(url), busy_seconds)
    away.listen(engine)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one transaction that sees one state of the database, and keeps nobody from writing."""
    with engine.connect().execution_options(**_READING[engine.dialect.name]) as db, db.begin():
        yield db


def ready(engine: Engine) -> None:
    """Have the schema that this code needs: of a SQLite file, which is this machine's own, by migrating it.

    What a PostgreSQL holds may be in use by others who know only the older schema: raises Refused, saying what to
    do, where it is not the newest."""
    if engine.dialect.name == "sqlite":
        migrate(engine)
    else:
        check(engine)


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest. Safe to repeat, and for several at once: one does it, the others wait."""
    with _told(), engine.begin() as db:  # on SQLite this waits for any other who writes
        if db.dialect.name == "postgresql":
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                db.execute(text(f"SET LOCAL {limit} = 0"))  # a large table's index may take its time
            db.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": _ONE_MIGRATES})
        _must_be_known(db)
        config = _config()
        config.attributes["connection"] = db
        command.upgrade(config, "head")


def check(engine: Engine) -> None:
    """Raise Refused, saying what to do, where the schema is not the newest that this code knows."""
    with _told(), reading(engine) as db:
        stands = _must_be_known(db)
    if stands != _newest():
        older = f"is at {stands}, older than this Golddigger, which" if stands else "has no tables yet; Golddigger"
        raise Refused(f"The database {older} needs {_newest()}. Run `golddigger migrate`, then start again.")


@contextmanager
def _told() -> Iterator[None]:
    """Tell the operator, who alone asks for these, what the database said itself, and which setting names it."""
    try:
        yield
    except Away as away_now:
        why = f"The database does not answer: {away_now.reason.removesuffix('.')}."
        raise Unavailable(f"{why} Check GOLDDIGGER_DATABASE_URL, and that the database runs.") from away_now
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_RIGHT:
            raise
        raise Refused(
            f"The database's user may not do this: {str(error.orig).partition(chr(10))[0]}. Grant it what "
            "docs/postgresql.md lists under Rights, or name another user in GOLDDIGGER_DATABASE_URL."
        ) from error


def _parsed(url: str) -> URL:
    """Take an address apart; Refused where it is none, without a word of it, for it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Refused(f"The database's address cannot be read. {_USABLE} {_ESCAPED}") from None
    apart = (parsed.host or "", parsed.database or "")
    if parsed.get_backend_name() != "sqlite" and any("@" in each for each in apart):
        raise Refused(f"The database's address has an @ too many. {_USABLE} {_ESCAPED}")
    return parsed


def _engine(url: URL, busy_seconds: float) -> Engine:
    match url.get_backend_name():
        case "sqlite" if url.database in (None, "", ":memory:"):
            raise Refused(f"A database in memory is gone with the process. {_USABLE}")
        case "sqlite":
            return sqlite.engine(url, busy_seconds)
        case "postgresql" | "postgres":
            return postgresql.engine(url)
        case other:
            raise Refused(f"Golddigger does not work with {other} databases. {_USABLE}")


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
