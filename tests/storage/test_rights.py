"""Servers and workers need no right to change tables: what the documentation grants is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from diffing.words import Refused
from storage import database
from tests.parts import databases
from tests.storage import making

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[2] / "docs" / "postgresql.md"


def granted(owner: str, worker: str) -> list[str]:
    """Give the statements of the documentation about the role that works, for these roles."""
    (block,) = (
        each for each in re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL) if "GRANT" in each
    )
    own = block.replace("golddigger_work", worker).replace("ROLE golddigger ", f"ROLE {owner} ")
    return [each for each in own.split(";") if each.strip()]


@contextmanager
def roles(server: str) -> Iterator[tuple[str, str]]:
    """Give an owner and a worker that nobody else uses; both are gone when left."""
    with databases.created(server) as url:
        name = make_url(url).database or ""
        owner, worker = f"{name}_owner", f"{name}_work"
        with psycopg.connect(url, autocommit=True) as outside:
            outside.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(owner)))
            outside.execute(SQL("GRANT ALL ON SCHEMA public TO {}").format(Identifier(owner)))
            for statement in granted(owner, worker):
                outside.execute(statement.encode())
        try:
            yield (
                make_url(url).set(username=owner).render_as_string(hide_password=False),
                make_url(url).set(username=worker, password="…").render_as_string(hide_password=False),
            )
        finally:
            with psycopg.connect(url, autocommit=True) as outside:
                for role in (worker, owner):
                    outside.execute(SQL("DROP OWNED BY {}").format(Identifier(role)))
                    outside.execute(SQL("DROP ROLE {}").format(Identifier(role)))


def test_whoever_works_may_not_change_tables(postgresql_url: str) -> None:
    """The owner migrates; the other role reads, writes and checks, and can neither make nor drop a table."""
    with roles(postgresql_url) as (owner, worker):
        owning, working = database.connect(owner), database.connect(worker)
        database.migrate(owning)
        database.check(working)
        with working.begin() as db:
            making.concluded(db, making.change(db))
            db.execute(text("DELETE FROM runs WHERE id = 'none'"))
        for statement in ("DROP TABLE runs", "ALTER TABLE runs ADD COLUMN more integer"):
            with pytest.raises(ProgrammingError, match="must be owner"), working.begin() as db:
                db.execute(text(statement))
        owning.dispose()
        working.dispose()


def test_a_user_without_rights_is_told_which_it_needs(postgresql_url: str) -> None:
    """Neither the schema's owner nor granted anything: in a sentence that leads to the documentation."""
    with roles(postgresql_url) as (owner, worker):
        owning, working = database.connect(owner), database.connect(worker)
        with owning.begin() as db:
            db.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
            db.execute(text(f'REVOKE ALL ON alembic_version FROM "{make_url(worker).username}"'))
        for step in (database.check, database.migrate):
            with pytest.raises(Refused, match=r"permission denied.*docs/postgresql\.md.*GOLDDIGGER_DATABASE_URL"):
                step(working)
        owning.dispose()
        working.dispose()
