"""Give each test a database of its own on one PostgreSQL, copied from one that is migrated."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from storage import database


@contextmanager
def created(server: str, *, like: str = "") -> Iterator[str]:
    """Make a database, empty or a copy of another, and give its address; it is dropped when left."""
    name = f"golddigger_{secrets.token_hex(6)}"
    template = make_url(like).database if like else "template0"
    own, its = Identifier(name), Identifier(template or "")
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(own, its))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            outside.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(own))


@contextmanager
def migrated(server: str) -> Iterator[str]:
    """Make an empty, migrated database to be copied; nobody may be connected to it then."""
    with created(server) as url:
        engine = database.connect(url)
        try:
            database.migrate(engine)
        finally:
            engine.dispose()
        yield url
