"""Fill a database as a large organisation does in a year: 200 repositories, 40,000 runs, 1,000,000 comparisons."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Table, insert, text

from storage.tables import metadata
from tests.storage.making import LATER, NOW

REPOS, PER_REPO, RUNS, IN_RUN, LARGE, GOLDENS = 200, 100, 40_000, 25, 10_000, 5_000
CHANGES = REPOS * PER_REPO
CHANGE, RUN, LARGE_RUN, NAME = 777, "run-001554", "run-large", "goldens/00777.png"
"""Some of each, which the statements ask about."""
Row = Mapping[str, Any]


def digest(number: int) -> str:
    """Give the digest of a file that has this number."""
    return f"{number:064x}"


def head(change: int, run: int = 1) -> str:
    """Give a commit of a change."""
    return f"{change * 2 + run % 2:040x}"


def at(number: int) -> Any:
    """Give a moment, the later the higher the number."""
    return NOW - timedelta(days=400) + number * timedelta(seconds=600)


def fill(engine: Engine) -> None:
    """Put the rows into a migrated, empty database; indexes are made when they are in."""
    with engine.begin() as db:
        if db.dialect.name == "postgresql":
            db.execute(
                text("SET LOCAL session_replication_role = replica")
            )  # every row refers to one that is there
            db.execute(text("SET LOCAL statement_timeout = 0"))
        for table in metadata.sorted_tables:
            for index in table.indexes:
                index.drop(db)
            _put(db, table, _rows(table))
            for index in table.indexes:
                index.create(db)
        if db.dialect.name == "postgresql":
            db.execute(text("ANALYZE"))  # as it does by itself; nobody does it for SQLite


def _put(db: Connection, table: Table, rows: Iterator[Row]) -> None:
    usual = {
        column.name: _usual(column) for column in table.columns if column.name != "id" or "id" in _given(table)
    }
    if db.dialect.name == "sqlite":
        while some := [{**usual, **row} for row in islice(rows, 20_000)]:
            db.execute(insert(table), some)
        return
    names = ", ".join(f'"{name}"' for name in usual)
    texts = {column.name for column in table.columns if isinstance(column.type, JSON)}
    cursor = db.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            whole = {**usual, **row}
            copy.write_row([json.dumps(value) if name in texts else value for name, value in whole.items()])


def _given(table: Table) -> Row:
    return next(iter(_rows(table)), {})


def _usual(column: Any) -> Any:
    if column.default is None:
        return None
    default = column.default.arg
    return default({}) if callable(default) else default


def _rows(table: Table) -> Iterator[Row]:
    assert table.name in _ROWS, f"say in tests/storage/million.py which rows of {table.name} there are"
    return iter(_ROWS[table.name]())


# ---------------------------------------------------------------------------------------------- rows


def _deliveries() -> Iterator[Row]:
    for n in range(50_000):
        state = "received" if n > 49_990 else "running" if n > 49_985 else "failed" if n % 500 == 0 else "done"
        lease = LATER if state == "running" else None
        yield {
            "host": "github.com",
            "delivery_id": f"delivery-{n:06}",
            "event": "pull_request",
            "body": b"{}",
            "state": state,
            "lease_until": lease,
            "received_at": at(n),
            "emptied": n < 45_000,
        }


def _repos() -> Iterator[Row]:
    for n in range(1, REPOS + 1):
        own = {"host": "github.com", "forge_id": str(n), "path": f"octo/app-{n}", "tenant": str(n % 20)}
        yield {
            "id": n,
            **own,
            "private": n % 3 > 0,
            "gone": n % 50 == 0,
            "gone_since": NOW if n % 100 == 0 else None,
        }


def _changes() -> Iterator[Row]:
    for n in range(1, CHANGES + 1):
        open_ = n % 10 == 7
        yield {
            "id": n,
            "repo_id": n % REPOS + 1,
            "number": str(n),
            "title": f"Draw header {n} anew",
            "author": f"dev-{n % 300}",
            "url": f"https://github.com/octo/app/pull/{n}",
            "branch": f"feature/{n}",
            "head": head(n),
            "head_repo": str(n % REPOS + 1),
            "head_path": f"octo/app-{n % REPOS + 1}",
            "base_branch": "main",
            "base": head(0),
            "open": open_,
            "wanted": 2 if n % 4000 == 0 else 1,
            "said": 1,
            "pending": n % 1000 == 7,
            "over_since": None if open_ or n % 2000 == 0 else at(n),
            "cleaned_at": None if open_ or n > 19_900 else at(n),
            "ask_at": at(n) if open_ else None,
            "late_since": at(n) if n % 5000 == 0 else None,
            "why": "locked" if n % 5000 == 0 else "",
        }


def _publications() -> Iterator[Row]:
    for n in range(1, CHANGES + 1):
        yield {"change_id": n, "head": head(n), "check_id": str(n), "said_at": at(n)}


def _watches() -> Iterator[Row]:
    for n in range(7, CHANGES, 20):
        yield {"change_id": n, "head": head(n), "since": at(n), "next_at": at(60_000 + n)}


def _runs() -> Iterator[Row]:
    for n in range(RUNS):
        yield _run(f"run-{n:06}", n // 2 + 1, n)
    yield {**_run(LARGE_RUN, CHANGE, 3), "pipeline_id": "large", "total": LARGE, "done": LARGE}


def _run(id_: str, change: int, n: int) -> Row:
    states = {0: "queued", 1: "comparing", 2: "failed"} if n >= 39_000 else {2: "failed"}
    state = states.get(n % 400, "superseded" if n % 2 == 0 else "concluded")
    return {
        "id": id_,
        "change_id": change,
        "head": head(change, n),
        "base": head(0),
        "pipeline_id": str(n),
        "attempt": 1,
        "round": 1,
        "source": "ci.yml",
        "title": "CI",
        "url": "https://github.com/octo/app/actions",
        "state": state,
        "lease_until": LATER if state == "comparing" else None,
        "created_at": at(n),
        "concluded_at": at(n),
        "replaced_at": at(n) if n % 2 == 0 else None,
        "trimmed_at": at(n) if n % 2 == 0 and n < 39_900 else None,
        "lane": f"github.com/{change % 20}",
    }


def _batches() -> Iterator[Row]:
    for n in range(1, 2001):
        state = "queued" if n > 1900 else "running" if n > 1890 else "done"
        run = f"run-{RUNS - 1 - n // 400:06}"
        lane = f"github.com/{n % 20}"
        yield {
            "id": n,
            "run_id": run,
            "number": n,
            "lane": lane,
            "state": state,
            "size": 25,
            "pairs": {},
            "found": [],
        }


def _turns() -> Iterator[Row]:
    for n in range(20):
        yield {"lane": f"github.com/{n}", "last": n, "taken": n}


def _comparisons() -> Iterator[Row]:
    for n in range(RUNS * IN_RUN):
        yield _comparison(f"run-{n // IN_RUN:06}", n, n % GOLDENS)
    for n in range(LARGE):
        yield _comparison(LARGE_RUN, RUNS * IN_RUN + n, n)


def _comparison(run: str, n: int, name: int) -> Row:
    changed = n % 5 == 0
    return {
        "run_id": run,
        "suite": "phone",
        "name": f"goldens/{name:05}.png",
        "outcome": "changed" if changed else "same",
        "placed": True,
        "golden": digest(name),
        "candidate": digest(10_000_000 + n) if changed else digest(name),
        "mask": digest(20_000_000 + n) if changed else None,
        "kind": "moved" if changed else None,
        "fingerprint": digest(n % 1000) if changed else "",
        "pixels": n % 900 if changed else 0,
        "flaky": n % 1000 == 0,
    }


def _decisions() -> Iterator[Row]:
    for n in range(5 * CHANGES):
        change, name = n // 5 + 1, (n // 5 * 2 * IN_RUN + n % 5 * 5) % GOLDENS
        yield {
            "change_id": change,
            "run_id": f"run-{change * 2 - 1:06}",
            "head": head(change),
            "name": f"goldens/{name:05}.png",
            "candidate": digest(10_000_000 + n),
            "opinion": "approved",
            "who": f"dev-{n % 300}",
            "via": "page",
            "granted": "write",
            "act": f"act-{n // 5}",
            "at": at(n),
        }


def _approvals() -> Iterator[Row]:
    for n in range(1, CHANGES + 1):
        state = "requested" if n % 4000 == 0 else "committing" if n % 4000 == 1 else "committed"
        yield {
            "id": f"approval-{n:06}",
            "change_id": n,
            "run_id": f"run-{n * 2 - 1:06}",
            "head": head(n),
            "base": head(0),
            "files": [["goldens/00001.png", digest(n), None, "phone"]],
            "who": "dev-1",
            "state": "failed" if n % 3001 == 0 else state,
            "commit": head(n, 0) if state == "committed" else None,
            "requested_at": at(n),
        }


_ROWS: Mapping[str, Callable[[], Iterable[Row]]] = {
    "deliveries": _deliveries,
    "repos": _repos,
    "changes": _changes,
    "publications": _publications,
    "watches": _watches,
    "runs": _runs,
    "batches": _batches,
    "turns": _turns,
    "comparisons": _comparisons,
    "decisions": _decisions,
    "approvals": _approvals,
    "git_blobs": lambda: (
        {"repo_id": n % REPOS + 1, "blob_id": f"{n:040x}", "digest": digest(n)} for n in range(200_000)
    ),
    "visits": lambda: ({"word": digest(n), "purpose": "token", "until": at(60_000 + n)} for n in range(10_000)),
    "signins": lambda: ({"host": "github.com", "who": "dev", "via": "github", "at": at(n)} for n in range(20_000)),
    "thumbnails": lambda: ({"digest": digest(n), "small": digest(30_000_000 + n)} for n in range(100_000)),
    "forgotten": lambda: ({"digest": digest(40_000_000 + n), "at": at(n)} for n in range(20_000)),
    "discards": lambda: ({"digest": digest(10_000_000 + n), "since": at(n)} for n in range(10_000)),
    "duties": lambda: ({"name": name, "next_at": NOW} for name in ("sweep", "clean")),
}
