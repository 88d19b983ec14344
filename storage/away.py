"""Tell a database that cannot be asked now from a question that is wrong."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, ExceptionContext, event

from diffing.words import Unavailable

_AGAIN = 10.0
_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_POSTGRESQL = (
    "08",  # the connection broke
    "40",  # deadlocks, and what somebody else wrote in between
    "53",  # no connection, memory or disk is left
    "57",  # it stops, starts, or took too long
    "58",  # its own disk failed
    "55P03",  # a lock is held
    "25006",  # only reading: the one that may write is elsewhere now
    "25P02",  # the statement before failed in one of these ways
    "25P03",  # a transaction lay idle
)
"""Beginnings of https://www.postgresql.org/docs/current/errcodes-appendix.html."""


class Away(Unavailable):
    """The database cannot be asked now: it restarts, a connection broke, its disk is full, others write."""

    def __init__(self, reason: str = "") -> None:
        super().__init__("The database does not answer just now.", _AGAIN)
        self.reason = reason
        """What it said itself, for an operator's eyes only; no password stands in it."""


def listen(engine: Engine) -> None:
    """Have the engine raise Away instead of what the driver raises, where it is not the question's fault."""
    password = engine.url.password

    def translate(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if context.is_pre_ping or _writes_while_reading(context):
            return None
        if not (context.is_disconnect or passes(error)):
            return None
        return Away(_without(password, str(error)))

    event.listen(engine, "handle_error", translate)


def passes(error: BaseException) -> bool:
    """Is it the database's trouble, that ends by itself, and not the question's?"""
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:  # psycopg says no state where there was no answer at all
        return type(error).__name__ == "OperationalError"
    return state.startswith(_POSTGRESQL)


def _writes_while_reading(context: ExceptionContext) -> bool:
    """Did we ourselves say that this transaction only reads? Then no waiting mends it."""
    said = context.connection.get_execution_options() if context.connection else {}
    return bool(said.get("postgresql_readonly")) and getattr(context.original_exception, "sqlstate", "") == "25006"


def _without(password: str | None, words: str) -> str:
    line = " ".join(words.split())
    return (line.replace(password, "…") if password else line)[:300]
