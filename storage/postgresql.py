"""Open a PostgreSQL: a bounded pool of connections, of which none hangs for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Engine, PoolProxiedConnection, QueuePool, create_engine
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from diffing.words import Refused
from storage.away import Away

CONNECTIONS = 20
"""Of one process, at most, where the address does not say otherwise."""
_LASTING_SECONDS = 1800
_WAIT_SECONDS = 15.0
_USUAL: Mapping[str, str] = {
    "application_name": "golddigger",
    "connect_timeout": "10",
    # A peer that vanished without a word is noticed within a minute, not after TCP's two hours.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_LIMITS: Mapping[str, str] = {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
_KNOWN = "The address of a PostgreSQL takes `pool=20` (connections of a process) and `pooler=transaction`"


class _Pool(QueuePool):
    """Has those who wait in vain for a connection try again later, as if the database were away."""

    __module__ = "sqlalchemy.pool"  # by which it names its log: each connection that is lent is a line there

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolIsEmpty as empty:
            raise Away("every connection of this process is in use") from empty


def engine(url: URL) -> Engine:
    """Open a database. Its address may say `pool` and `pooler` beside what libpq knows; Refused for nonsense."""
    own = {name: str(url.query[name]) for name in ("pool", "pooler") if name in url.query}
    theirs = url.difference_update_query(own).set(drivername="postgresql+psycopg")
    most = _count(own.get("pool", str(CONNECTIONS)))
    try:
        return create_engine(
            theirs,
            poolclass=_Pool,
            pool_size=most,
            max_overflow=0,
            pool_timeout=_WAIT_SECONDS,
            pool_recycle=_LASTING_SECONDS,
            pool_pre_ping=True,
            connect_args=_arguments(theirs, own.get("pooler", "")),
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise Refused("PostgreSQL needs its driver: install the package `psycopg[binary]`.") from error


def _count(words: str) -> int:
    if not (words.isascii() and words.isdecimal() and 1 <= int(words[:6]) <= 1000):
        raise Refused(f"{_KNOWN}, a number from 1 to 1000.")
    return int(words)


def _arguments(url: URL, pooler: str) -> dict[str, Any]:
    """Give what is usual; what the address says itself is stronger."""
    usual = {name: value for name, value in _USUAL.items() if name not in url.query}
    match pooler:
        case "":
            limits = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
            return {**usual, "options": f"{limits} {url.query.get('options', '')}".strip()}
        case "transaction":
            # Each transaction may come to another connection: nothing may be prepared on one, and a pooler takes
            # no options. https://www.pgbouncer.org/features.html
            return {**usual, "prepare_threshold": None}
        case _:
            raise Refused(f"{_KNOWN} (for a PgBouncer that pools transactions); it knows no other pooler.")
