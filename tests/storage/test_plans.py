"""With a million comparisons each statement finds its own rows by an index, on both databases."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.exc import IntegrityError

import storage
from diffing.words import Name, Refused, Verdict
from storage import database, histories, listings, searches
from storage.searches import Mark, Sought, View
from storage.tables import metadata
from tests.parts import databases
from tests.storage import calls, million, plans
from tests.storage.making import LATER

MANY = 5000
"""Rows. A table that grows to more is looked into by an index."""
NO_STATEMENTS = {"database", "inserting", "moving", "rows", "sqlite"}
"""Modules that say nothing by themselves: others speak by them."""
Call = tuple[str, Callable[..., Any], dict[str, Any]]

KNOWN: dict[str, Any] = {
    "run_id": million.RUN,
    "run_ids": [f"run-{number:06}" for number in range(39_900, 39_950)],
    "change_id": million.CHANGE,
    "change_ids": list(range(700, 750)),
    "repo_id": 5,
    "name": Name(million.NAME),
    "names": [Name(million.NAME)],
    "head": million.head(million.CHANGE),
    "keep_head": million.head(million.CHANGE),
    "commit": million.head(million.CHANGE, 0),
    "digest": million.digest(777),
    "digests": [million.digest(number) for number in range(700, 750)],
    "act": "act-777",
    "host": "github.com",
    "forge_id": "5",
    "number": "777",
    "approvals.ids": ["approval-000777"],
    "runs.ids": [million.RUN],
    "git_blobs.ids": [f"{number:040x}" for number in range(700, 750)],
    "than": Mark(LATER, "run-zzz"),
    "histories.than": 500_000,
    "cleaning.before": million.at(200),  # every hour a little has become old enough
    "most": 100,
}
_PAST = Mark(million.at(20_000), "run-020000")
VARIED: list[Call] = [
    (
        "searches.older of all",
        searches.older,
        {"sought": Sought(), "view": View(hosts=None), "than": None, "most": 50},
    ),
    (
        "searches.older for a guest",
        searches.older,
        {"sought": Sought(), "view": View(), "than": _PAST, "most": 50},
    ),
    (
        "searches.older by words",
        searches.older,
        {"sought": Sought(words=("header", "777")), "view": View(hosts=None), "than": _PAST, "most": 50},
    ),
    (
        "searches.older by verdict",
        searches.older,
        {"sought": Sought(verdict=Verdict.APPROVED), "view": View(hosts=None), "than": None, "most": 50},
    ),
    (
        "searches.older of a repository",
        searches.older,
        {"sought": Sought(repo_id=5), "view": View(hosts=None), "than": None, "most": 50},
    ),
    (
        "searches.newer of all",
        searches.newer,
        {"sought": Sought(), "view": View(hosts=None), "than": _PAST, "most": 50},
    ),
    *(
        (f"listings.{name} of 10,000", function, {**at, "run_id": million.LARGE_RUN, "change_id": million.CHANGE})
        for name, function, at in (
            ("after", listings.after, {"wanted": listings.Wanted(), "at": 5000, "most": 100}),
            ("before", listings.before, {"wanted": listings.Wanted(state="open"), "at": 5000, "most": 100}),
            ("tally", listings.tally, {}),
            ("approved", listings.approved, {}),
        )
    ),
    *(
        (
            f"histories.goldens by {order.value}",
            histories.goldens,
            {"repo_id": 5, "words": "", "order": order, "after": None, "most": 50},
        )
        for order in histories.Order
    ),
]

_STOPS = "goes down the order of time and stops when it has enough"
ALLOWED: Mapping[tuple[str, str], str] = {
    ("searches.older", "ix_runs_created_at"): _STOPS,
    ("searches.newer", "ix_runs_created_at"): _STOPS,
    (
        "searches.older by words",
        "changes",
    ): "letters anywhere in a title: a twentieth of a second for all there are",
    ("signins.newest", "signins"): _STOPS,
    ("discards.all_of", "ix_discards_since"): _STOPS,
}
"""What a statement may go through whole: of which function, a word of the plan, and why."""


def test_no_module_is_left_out() -> None:
    """Whatever in storage speaks to the database is among the calls, so that its plans are read."""
    modules = {each.name for each in pkgutil.iter_modules(storage.__path__) if not each.ispkg} - NO_STATEMENTS
    speaking = {name for name in modules if _speaks(name)}
    assert speaking == {module.__name__.removeprefix("storage.") for module in calls.MODULES}


def _speaks(name: str) -> bool:
    module = import_module(f"storage.{name}")
    functions = inspect.getmembers(module, inspect.isfunction)
    return any(each.__module__ == module.__name__ and calls.speaks(each) for _, each in functions)


@pytest.fixture(scope="module")
def full_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Open a SQLite file with a million comparisons."""
    with _filled(f"sqlite:///{tmp_path_factory.mktemp('million')}/million.sqlite") as engine:
        yield engine


@pytest.fixture(scope="module")
def full_postgresql(postgresql_url: str) -> Iterator[Engine]:
    """Open a PostgreSQL with a million comparisons."""
    with databases.created(postgresql_url) as url, _filled(url) as engine:
        yield engine


@contextmanager
def _filled(url: str) -> Iterator[Engine]:
    engine = database.connect(url)
    try:
        database.migrate(engine)
        million.fill(engine)
        yield engine
    finally:
        engine.dispose()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_statement_goes_through_all_there_is(kind: str, request: pytest.FixtureRequest) -> None:
    """Every statement that pages, sweep, worker and cleaner make, asked of what it will be asked of in a year."""
    engine: Engine = request.getfixturevalue(f"full_{kind}")
    with engine.connect() as db:
        growing = {
            table.name
            for table in metadata.sorted_tables
            if db.execute(select(func.count()).select_from(table)).scalar_one() > MANY
        }
        assert (
            db.execute(select(func.count()).select_from(metadata.tables["comparisons"])).scalar_one() > 1_000_000
        )
    found = [told for call in [*calls.every(KNOWN), *VARIED] for told in _read(engine, call, growing)]
    assert not found, "\n\n".join(found)


def _read(engine: Engine, call: Call, growing: set[str]) -> Iterator[str]:
    """Give what is wrong with the plans of all that a function says."""
    name, function, given = call
    with engine.connect() as db:
        said = _said(db, function, given)
    assert said, f"{name} said nothing"
    for statement, parameters in said:
        with engine.connect() as db:
            for fault in plans.faults(db, statement, parameters, growing):
                if not any(name.startswith(of) and word in fault for of, word in ALLOWED):
                    yield f"{name}: {fault}\n  {statement}\n  {parameters!r:.400}"


def _said(db: Connection, function: Callable[..., Any], given: dict[str, Any]) -> list[tuple[str, Any]]:
    """Call a function, and give the statements that it makes, whatever becomes of it."""
    said: list[tuple[str, Any]] = []

    def hear(_db: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            said.append((statement, parameters[0] if many else parameters))
        elif statement.startswith("INSERT"):
            inserted.append(statement)

    inserted: list[str] = []
    event.listen(db, "before_cursor_execute", hear)
    try:
        function(db, **given)
    except (Refused, IntegrityError):
        assert said or inserted  # what it needs is not there, or what it makes is there already
    finally:
        event.remove(db, "before_cursor_execute", hear)
        db.rollback()
    return said or [("SELECT 1", ())] if inserted else said
