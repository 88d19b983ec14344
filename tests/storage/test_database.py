"""How the database is opened, migrated and checked."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from diffing.words import Refused
from storage import changes, database
from storage.tables import metadata
from tests.parts import databases
from tests.storage import making

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://root@localhost/golddigger", "does not work with mysql"),
        ("no address at all", "cannot be read"),
        ("sqlite://", "gone with the process"),
        ("sqlite:///:memory:", "gone with the process"),
    ],
)
def test_what_cannot_be_opened_is_refused(address: str, said: str) -> None:
    """An address that cannot work is refused with a sentence that names one that does."""
    with pytest.raises(Refused, match=said) as refused:
        database.connect(address)
    assert "sqlite:////absolute/path.sqlite" in str(refused.value)


def test_the_password_is_never_in_the_refusal() -> None:
    """A refused address may hold a password; the sentence does not."""
    with pytest.raises(Refused) as refused:
        database.connect("oracle://scott:tiger@db/golddigger")
    assert "tiger" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://gold:p@ss:hunter2@db.invalid/golddigger",
        "postgresql://gold:pa@hunter2@db.invalid/golddigger",
        "postgresql://gold:pa@/hunter2@db.invalid/golddigger",
        "postgresql://gold:hunter2/golddigger",
    ],
)
def test_an_unescaped_password_is_refused_and_not_shown(address: str) -> None:
    """Half of it would be taken for the host, and be shown when that is not found."""
    with pytest.raises(Refused, match="write `%40` for @") as refused:
        database.connect(address)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    """A first start needs no folder made by hand."""
    engine = database.connect(f"sqlite:///{tmp_path}/new/folder/golddigger.sqlite")
    database.migrate(engine)
    database.check(engine)
    engine.dispose()


def test_sqlite_is_set_up(sqlite: Engine) -> None:
    """Readers beside a writer, foreign keys held, and a wait for whoever writes."""
    with sqlite.begin() as db:
        asked = {
            name: db.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 15_000}


def test_a_row_of_nothing_is_refused(engine: Engine) -> None:
    """A change of a repository that is not there cannot be kept."""
    with pytest.raises(IntegrityError), engine.begin() as db:
        making.change(db, repo_id=4711)


def test_what_raises_is_rolled_back(engine: Engine) -> None:
    """A transaction that raises leaves nothing behind."""
    with engine.begin() as db:
        repo_id = making.repo(db)

    def break_off() -> None:
        with engine.begin() as db:
            making.change(db, repo_id, number="1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with engine.begin() as db:
        assert changes.find(db, repo_id, "1") is None


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    """Who only reads sees the last finished state at once, while somebody writes."""
    with engine.begin() as db:
        repo_id = making.repo(db)
    with engine.begin() as writer:
        making.change(writer, repo_id, number="1")
        with database.reading(engine) as reader:
            assert changes.find(reader, repo_id, "1") is None


def test_who_reads_first_and_writes_later_waits_for_its_turn(sqlite: Engine) -> None:
    """Two that read and then write never fail each other: the second begins when the first has ended."""
    with sqlite.begin() as db:
        change_id = making.change(db)

    def count_up() -> None:
        for _ in range(25):
            with sqlite.begin() as db:
                changes.get(db, change_id)
                changes.want(db, change_id)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sqlite.begin() as db:
        assert changes.get(db, change_id).wanted == 100


def test_the_schema_is_that_of_the_tables(engine: Engine) -> None:
    """What the migrations make is what `storage.tables` says, to the last index."""
    with engine.begin() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        made = {row[0] for row in db.execute(text("SELECT version_num FROM alembic_version"))}
    assert len(made) == 1


def test_the_partial_indexes_are_that_of_the_tables(sqlite: Engine, tmp_path: Path) -> None:
    """Alembic does not compare what partial indexes leave out, so their very statements are compared."""
    drawn = database.connect(f"sqlite:///{tmp_path}/drawn.sqlite")
    indexes = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
    with drawn.begin() as db:
        metadata.create_all(db)
        expected = [tuple(row) for row in db.execute(indexes)]
    drawn.dispose()
    with sqlite.begin() as db:
        assert [tuple(row) for row in db.execute(indexes)] == expected


def test_migrating_twice_is_migrating_once(engine: Engine) -> None:
    """A second `migrate` finds nothing to do, and rows stay."""
    with engine.begin() as db:
        change_id = making.change(db)
    database.migrate(engine)
    database.check(engine)
    with engine.begin() as db:
        assert changes.get(db, change_id).head == making.HEAD


def test_check_names_the_command_where_there_is_no_schema(tmp_path: Path) -> None:
    """An empty database is refused with the command that mends it."""
    engine = database.connect(f"sqlite:///{tmp_path}/empty.sqlite")
    with pytest.raises(Refused, match=r"has no tables yet.*`golddigger migrate`"):
        database.check(engine)
    engine.dispose()


def test_check_refuses_an_older_schema(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema that misses a migration is refused with the command that brings it up."""
    monkeypatch.setattr(database, "_newest", lambda: "9000")  # stands for a release with one migration more
    with pytest.raises(Refused, match=r"is at \d{4}, older than this Golddigger.*9000.*`golddigger migrate`"):
        database.check(engine)


@pytest.mark.parametrize("step", [database.check, database.migrate])
def test_a_newer_schema_is_refused(engine: Engine, step: object) -> None:
    """A schema that a newer Golddigger made is neither used nor touched; the sentence says what to do."""
    assert callable(step)
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match=r"\(9999\).*newer Golddigger.*`golddigger migrate`"):
        step(engine)
    with engine.begin() as db:
        assert db.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


_MIGRATE = """
import sys
from storage import database
engine = database.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
database.migrate(engine)
database.check(engine)
engine.dispose()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/together.sqlite"
        return
    with databases.created(request.getfixturevalue("postgresql_url")) as url:
        yield url


@pytest.mark.slow
def test_several_may_migrate_at_once(empty_url: str) -> None:
    """Many processes that start together on an empty database all find it migrated, and none fails."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _MIGRATE, empty_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        assert each.stdin is not None
        each.stdin.close()
        each.stdin = None
    errors = [each.communicate(timeout=60)[1] for each in started]
    assert [(each.returncode, error) for each, error in zip(started, errors, strict=True)] == [(0, "")] * 4


@pytest.mark.slow
def test_migrations_lie_in_the_wheel(tmp_path: Path) -> None:
    """What is installed from a wheel migrates an empty database by itself."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    script = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "from storage import database\n"
        "assert database.__file__.startswith(sys.path[0]), database.__file__\n"
        f"engine = database.connect('sqlite:///{tmp_path}/from-wheel.sqlite')\n"
        "database.migrate(engine); database.check(engine); print('ok')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert (said.stdout, said.stderr) == ("ok\n", "")
