"""A database that is away is told from a wrong question, and is asked again when it is back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, IntegrityError, InternalError, OperationalError, ProgrammingError

from diffing.words import Refused, Unavailable
from storage import changes, database
from storage.away import Away
from tests.parts import needs, running
from tests.parts.postgresql import POSTGRESQL
from tests.storage import making


@pytest.fixture
def postgresql(postgresql_database: str) -> Iterator[Engine]:
    """Open a PostgreSQL of the test's own."""
    engine = database.connect(postgresql_database)
    yield engine
    engine.dispose()


def ask(engine: Engine, statement: str = "SELECT 1") -> object:
    """Ask in a transaction of its own."""
    with engine.begin() as db:
        return db.execute(text(statement)).scalar()


# ---------------------------------------------------------------------------------------------- SQLite


def test_who_waits_too_long_for_a_writer_tries_again_later(sqlite_url: str) -> None:
    """The file is held by somebody else for longer than anybody waits: that passes."""
    one, other = database.connect(sqlite_url), database.connect(sqlite_url, busy_seconds=0.05)
    with one.begin(), pytest.raises(Away) as away, other.begin():
        pass
    assert (str(away.value), away.value.after) == ("The database does not answer just now.", 10.0)
    assert ask(other) == 1
    one.dispose()
    other.dispose()


def test_a_full_disk_passes_and_nothing_of_the_transaction_is_there(sqlite: Engine) -> None:
    """What does not fit on the disk is tried again later, and what was written before it is undone."""
    with sqlite.begin() as db:
        repo_id = making.repo(db)
        pages = db.execute(text("PRAGMA page_count")).scalar_one()
        db.execute(text(f"PRAGMA max_page_count = {pages + 1}"))

    def fill() -> None:
        with sqlite.begin() as db:
            db.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
            making.change(db, repo_id, number="1")
            for number in range(2, 200):
                making.change(db, repo_id, number=str(number), title="t" * 4000)

    with pytest.raises(Away):
        fill()
    with sqlite.begin() as db:
        assert changes.find(db, repo_id, "1") is None


def test_a_broken_file_does_not_pass(tmp_path: Path) -> None:
    """A file that is no database is nothing to wait for."""
    (tmp_path / "no.sqlite").write_bytes(b"no database at all" * 100)
    engine = database.connect(f"sqlite:///{tmp_path}/no.sqlite")
    with pytest.raises(DatabaseError, match="not a database"):
        ask(engine)
    engine.dispose()


def test_a_wrong_question_is_no_weather(sqlite: Engine) -> None:
    """A table that is not there, and a row that may not be, are mistakes: they are not tried again for ever."""
    with pytest.raises(OperationalError, match="no such table"):
        ask(sqlite, "SELECT * FROM elsewhere")
    with pytest.raises(IntegrityError), sqlite.begin() as db:
        making.change(db, repo_id=4711)


def test_the_driver_names_what_went_wrong() -> None:
    """Extended codes of SQLite count as what they extend."""
    from storage.away import passes

    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert passes(error)
    error.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_UNIQUE
    assert not passes(error)


# ---------------------------------------------------------------------------------------------- PostgreSQL


@pytest.mark.slow
def test_a_wrong_question_to_postgresql_is_no_weather(postgresql: Engine) -> None:
    """Nor is it there."""
    with pytest.raises(ProgrammingError, match="does not exist"):
        ask(postgresql, "SELECT * FROM elsewhere")
    with pytest.raises(IntegrityError), postgresql.begin() as db:
        making.change(db, repo_id=4711)


@pytest.mark.slow
def test_a_connection_that_breaks_inside_a_transaction_is_away(
    postgresql: Engine, postgresql_database: str
) -> None:
    """The server hangs up in the middle: what was written is not there, and the next one is answered."""

    def write() -> None:
        with postgresql.begin() as db:
            repo_id = making.repo(db)
            _hang_up(postgresql_database, db.execute(text("SELECT pg_backend_pid()")).scalar_one())
            making.change(db, repo_id)

    with pytest.raises(Away):
        write()
    assert ask(postgresql, "SELECT count(*) FROM repos") == 0


@pytest.mark.slow
def test_a_commit_that_nobody_answers_is_away(postgresql: Engine, postgresql_database: str) -> None:
    """The server hangs up before the commit: whoever asked is told to try again, not that it is done."""

    def write() -> None:
        with postgresql.begin() as db:
            making.repo(db)
            _hang_up(postgresql_database, db.execute(text("SELECT pg_backend_pid()")).scalar_one())

    with pytest.raises(Away):
        write()
    assert ask(postgresql, "SELECT count(*) FROM repos") == 0


@pytest.mark.slow
def test_connections_that_broke_while_they_lay_are_replaced(postgresql: Engine, postgresql_database: str) -> None:
    """Whoever takes a connection out of the pool after the server restarted notices nothing."""
    pid = ask(postgresql, "SELECT pg_backend_pid()")
    assert isinstance(pid, int)
    _hang_up(postgresql_database, pid)
    assert ask(postgresql) == 1


@pytest.mark.slow
def test_no_question_takes_for_ever(postgresql: Engine) -> None:
    """A statement has a limit of time, and one that reaches it is tried again later."""
    assert ask(postgresql, "SHOW statement_timeout") == "1min"
    assert ask(postgresql, "SHOW idle_in_transaction_session_timeout") == "1min"
    with postgresql.begin() as db:
        db.execute(text("SET LOCAL statement_timeout = 20"))
        with pytest.raises(Away):
            db.execute(text("SELECT pg_sleep(5)"))


@pytest.mark.slow
def test_two_that_wait_for_each_other_both_come_through(postgresql: Engine) -> None:
    """PostgreSQL ends one of two that hold what the other wants; that one tries again."""
    with postgresql.begin() as db:
        made = [making.repo(db, forge_id=str(number)) for number in (1, 2)]
    met = threading.Barrier(2)
    ended: list[str] = []

    def lock(first: int, second: int) -> None:
        try:
            with postgresql.begin() as db:
                db.execute(text("UPDATE repos SET path = path WHERE id = :id"), {"id": first})
                met.wait(10)
                db.execute(text("UPDATE repos SET path = path WHERE id = :id"), {"id": second})
        except Away:
            ended.append("away")
        else:
            ended.append("done")

    threads = [threading.Thread(target=lock, args=pair) for pair in (made, made[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["away", "done"]


@pytest.mark.slow
def test_reading_sees_one_state(postgresql: Engine) -> None:
    """Whoever reads twice in one transaction reads the same, whatever others write; and cannot write."""
    with database.reading(postgresql) as reader:
        assert reader.execute(text("SELECT count(*) FROM repos")).scalar_one() == 0
        with postgresql.begin() as db:
            making.repo(db)
        assert reader.execute(text("SELECT count(*) FROM repos")).scalar_one() == 0
    with pytest.raises(InternalError, match="read-only"), database.reading(postgresql) as reader:
        making.repo(reader)  # our mistake, which no waiting mends
    with postgresql.begin() as db:
        making.repo(db, forge_id="2")  # the connection that read writes again


@pytest.mark.slow
def test_who_finds_every_connection_in_use_tries_again(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address says how many connections a process may have, and the next one waits, but not for ever."""
    monkeypatch.setattr("storage.postgresql._WAIT_SECONDS", 0.05)
    engine = database.connect(f"{postgresql_database}?pool=2")
    with engine.begin(), engine.begin(), pytest.raises(Away) as away, engine.begin():
        pass
    assert away.value.reason == "every connection of this process is in use"
    assert ask(engine) == 1
    engine.dispose()


@pytest.mark.slow
def test_behind_a_pooler_nothing_is_prepared(postgresql_database: str) -> None:
    """Where each transaction may come to another connection, none is given options or prepared statements."""
    engine = database.connect(f"{postgresql_database}?pooler=transaction")
    for _ in range(8):  # psycopg prepares from the sixth time on
        ask(engine, "SELECT 41 + 1")
    assert ask(engine, "SELECT count(*) FROM pg_prepared_statements") == 0
    assert ask(engine, "SHOW statement_timeout") == "0"
    engine.dispose()


@pytest.mark.slow
def test_what_the_address_says_is_stronger(postgresql_database: str) -> None:
    """The parameters of libpq in the address stand over what is usual."""
    engine = database.connect(
        f"{postgresql_database}?application_name=bot&options=-c%20statement_timeout%3D5s%20-c%20work_mem%3D8MB"
    )
    with engine.begin() as db:
        shown = [
            db.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("application_name", "statement_timeout", "work_mem")
        ]
    assert shown == ["bot", "5s", "8MB"]
    engine.dispose()


@pytest.mark.parametrize("query", ["pool=0", "pool=many", "pool=٣", "pool=99999999999999999999", "pooler=session"])
def test_a_nonsensical_address_is_refused(query: str) -> None:
    """What an address cannot mean is refused in words that say what it can."""
    with pytest.raises(Refused, match=r"`pool=20`.*`pooler=transaction`"):
        database.connect(f"postgresql://golddigger@127.0.0.1/golddigger?{query}")


def test_an_operator_is_told_why_and_no_password() -> None:
    """Nobody listens there: `golddigger migrate` says so, in the words of the database, without the password."""
    engine = database.connect("postgresql://golddigger:s3cret@127.0.0.1:1/golddigger?connect_timeout=2")
    for step in (database.migrate, database.check):
        with pytest.raises(Unavailable, match="Connection refused") as unavailable:
            step(engine)
        assert "s3cret" not in str(unavailable.value)
        assert "Check GOLDDIGGER_DATABASE_URL" in str(unavailable.value)
    with pytest.raises(Away) as away:
        ask(engine)
    assert "127.0.0.1" not in str(away.value)  # whoever looks at a page sees this one
    engine.dispose()


@pytest.mark.slow
def test_a_server_that_restarts_is_away_and_comes_back() -> None:
    """Killed while somebody writes, it is away until it is back, and then holds all that was committed."""
    if POSTGRESQL.missing or not POSTGRESQL.program():
        needs.address(POSTGRESQL)
        pytest.skip("only a named PostgreSQL is there, which is not ours to kill")
    with running.alone(POSTGRESQL) as server:
        engine = database.connect(server.url)
        database.migrate(engine)
        with engine.begin() as db:
            making.repo(db)

        def write() -> None:
            with engine.begin() as db:
                making.repo(db, forge_id="2")
                server.kill()

        with pytest.raises(Away):
            write()
        with pytest.raises(Away):
            ask(engine)
        server.start()
        assert ask(engine, "SELECT count(*) FROM repos") == 1
        engine.dispose()


def _hang_up(url: str, pid: int) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
