"""Give the cleaner's tests a database and files each: on SQLite always, on PostgreSQL where it is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage import database
from tests.app.cleaning.yard import Yard


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("cleaning") / "migrated.sqlite"
    engine = database.connect(f"sqlite:///{file}")
    database.migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Engine]:
    """Open a fresh, migrated database."""
    file = shutil.copy(migrated, tmp_path / "db.sqlite")
    on_sqlite = request.param == "sqlite"
    opened = database.connect(f"sqlite:///{file}" if on_sqlite else request.getfixturevalue("postgresql_database"))
    yield opened
    opened.dispose()


@pytest.fixture
def yard(engine: Engine, tmp_path: Path) -> Yard:
    """Give what is cleaned, and a clock that the test turns."""
    return Yard.at(engine, tmp_path / "blobs")
