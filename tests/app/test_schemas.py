"""No command works on a schema that it does not know: one machine's file is migrated, what many share is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app import main
from app.settings import Settings
from diffing.words import Refused
from storage import database
from tests.parts import databases

Command = Callable[[Settings], object]
COMMANDS: dict[str, Command] = {
    "serve": lambda settings: main.serve(settings, host="127.0.0.1", port=0),
    "worker": main.work,
    "sweep": main.sweep,
    "invite": main.invite,
}
commands = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def settings(data: Path, url: str = "", queue: str = "redis://127.0.0.1:1/0") -> Settings:
    """Give settings with a queue on a server that nobody asks before the database is known."""
    key = SecretStr("a key that only this test knows")
    return Settings(data=data, database_url=url, queue_url=queue, secret_key=key)


@pytest.fixture
def empty(postgresql_url: str) -> Iterator[str]:
    """Give the address of a database without tables."""
    with databases.created(postgresql_url) as url:
        yield url


@pytest.mark.slow
@commands
def test_what_many_share_is_not_migrated_by_who_happens_to_start(
    command: Command, empty: str, tmp_path: Path
) -> None:
    """On a PostgreSQL without tables each command ends with the one that makes them, and none is made."""
    with pytest.raises(Refused, match=r"has no tables yet.*`golddigger migrate`"):
        command(settings(tmp_path, empty))
    engine = database.connect(empty)
    with engine.begin() as db:
        assert db.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one() == 0
    engine.dispose()


@pytest.mark.slow
@commands
def test_an_older_schema_is_refused(
    command: Command, postgresql_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update nothing goes on until somebody has migrated."""
    monkeypatch.setattr(database, "_newest", lambda: "9000")  # stands for a release with one migration more
    with pytest.raises(Refused, match=r"older than this Golddigger.*`golddigger migrate`"):
        command(settings(tmp_path, postgresql_database))


@commands
def test_a_newer_schema_is_refused(command: Command, tmp_path: Path) -> None:
    """A schema that a newer release made is left alone, on SQLite too."""
    made = settings(tmp_path)
    main.migrate(made)
    engine = database.connect(made.database_url)
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Refused, match=r"newer Golddigger"):
        command(made)


@pytest.mark.slow
def test_after_migrating_it_goes_on(empty: str, tmp_path: Path) -> None:
    """The command that the sentence names mends it."""
    made = settings(tmp_path, empty, queue="memory://")
    main.migrate(made)
    assert main.invite(made).startswith("http")
    assert main.sweep(made) == 0


def test_a_file_of_ones_own_needs_no_command(tmp_path: Path) -> None:
    """A first start on SQLite makes what it needs."""
    assert main.invite(settings(tmp_path, queue="memory://")).startswith("http")
