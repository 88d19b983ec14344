"""Open a SQLite file: one writer at a time, and nobody who reads waits for it."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

READING = "golddigger_reading"
_PAUSES = [0.01 * 1.3**step for step in range(20)]  # six seconds in all


def engine(url: URL, busy_seconds: float) -> Engine:
    """Open a file, whose folder is made where there is none. Writers wait `busy_seconds` for each other."""
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    # Connections are cheap here, and threads that need one are few enough: never let one wait for another.
    opened = create_engine(url, max_overflow=-1, connect_args={"timeout": busy_seconds})
    event.listen(opened, "connect", _prepare)
    event.listen(opened, "begin", _begin)
    return opened


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
    reads = db.get_execution_options().get(READING, False)
    db.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
