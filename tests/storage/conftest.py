"""Give every storage test a migrated database of its own: SQLite always, PostgreSQL where it is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from storage import database


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> str:
    """Name a fresh, migrated database: every test that asks for one runs on both."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgresql_database")
    return url


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
