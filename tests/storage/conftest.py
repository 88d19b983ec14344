"""Give every storage test a migrated database of its own: SQLite always, PostgreSQL where one is named."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from storage import database

POSTGRES = os.environ.get("GOLDDIGGER_TEST_POSTGRES", "")
_POSTGRES_TOO = bool(POSTGRES) and importlib.util.find_spec("psycopg") is not None


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("storage") / "migrated.sqlite"
    engine = database.connect(f"sqlite:///{file}")
    database.migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def lasting(_migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open a migrated SQLite file for properties, whose examples each make rows of their own in it."""
    file = tmp_path_factory.mktemp("storage") / "lasting.sqlite"
    shutil.copy(_migrated, file)
    engine = database.connect(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_url(_migrated: Path, tmp_path: Path) -> str:
    """Name a fresh, migrated SQLite file."""
    file = tmp_path / "golddigger.sqlite"
    shutil.copy(_migrated, file)
    return f"sqlite:///{file}"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    """Open a fresh, migrated SQLite file."""
    engine = database.connect(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"] if _POSTGRES_TOO else ["sqlite"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Name a fresh, migrated database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    schema = f"test_{secrets.token_hex(8)}"
    outside = database.connect(POSTGRES)
    with outside.begin() as db:
        db.execute(text(f"CREATE SCHEMA {schema}"))
    inside = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    own = inside.render_as_string(hide_password=False)
    engine = database.connect(own)
    database.migrate(engine)
    engine.dispose()
    yield own
    with outside.begin() as db:
        db.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    outside.dispose()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Open a fresh, migrated database."""
    opened = database.connect(url)
    yield opened
    opened.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    """Work in one transaction on a fresh, migrated database."""
    with engine.begin() as connection:
        yield connection
