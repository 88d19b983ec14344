"""Make rows for the storage tests, each with as little said as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection

from diffing.words import Comparison, Digest, Name, Outcome
from storage import approvals, changes, repos, runs
from storage.approvals import File

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = NOW + 10 * MINUTE
LATER = LEASE + MINUTE
HEAD = "a" * 40
OTHER = "b" * 40
_numbers = count(1)


def digest(letter: str) -> Digest:
    """Make a digest that can be told from others at a look."""
    return Digest(letter * 64)


def fresh() -> str:
    """Make a word that was not made before."""
    return str(next(_numbers))


def repo(db: Connection, **said: Any) -> int:
    """Make a repository that no other test knows."""
    defaults = {"host": "github.com", "forge_id": fresh(), "path": "o/r", "tenant": "7"}
    return repos.upsert(db, **{**defaults, "private": True, **said})


def change(db: Connection, repo_id: int | None = None, **said: Any) -> int:
    """Make an open change at HEAD."""
    defaults: dict[str, Any] = {
        "number": fresh(),
        "title": "Redesign",
        "author": "ann",
        "url": "https://github.com/o/r/pull/1",
        "branch": "redesign",
        "head": HEAD,
        "head_repo": "1",
        "head_path": "o/r",
        "base_branch": "main",
        "base": "f" * 40,
        "open": True,
    }
    return changes.upsert(db, repo(db) if repo_id is None else repo_id, **{**defaults, **said})


def queue(db: Connection, change_id: int, **said: Any) -> str | None:
    """Queue a run of pipeline 100 at HEAD; None where it is there already."""
    defaults: dict[str, Any] = {
        "head": HEAD,
        "base": "f" * 40,
        "pipeline_id": "100",
        "attempt": 1,
        "round": 1,
        "source": "ci.yml on push",
        "title": "CI",
        "url": "https://github.com/o/r/actions/runs/100",
        "now": NOW,
    }
    return runs.insert(db, change_id=change_id, **{**defaults, **said})


def run(db: Connection, change_id: int, **said: Any) -> str:
    """Queue a run that is not there yet."""
    made = queue(db, change_id, **said)
    assert made is not None
    return made


def concluded(db: Connection, change_id: int, *found: Comparison, **said: Any) -> str:
    """Make a run that found something."""
    made = run(db, change_id, **said)
    assert runs.claim(db, made, now=NOW, until=LEASE)
    assert runs.conclude(db, made, kept=True, notes=[], comparisons=found, now=NOW)
    return made


def comparison(name: str = "goldens/home.png", **said: Any) -> Comparison:
    """Make a comparison that found a change."""
    defaults: dict[str, Any] = {
        "id": "",
        "suite": "phone",
        "outcome": Outcome.CHANGED,
        "golden": digest("1"),
        "candidate": digest("2"),
    }
    return Comparison(name=Name(name), **{**defaults, **said})


def approval(db: Connection, change_id: int, run_id: str, **said: Any) -> str:
    """Request an approval of one file."""
    file = File(name=Name("goldens/home.png"), candidate=digest("2"), golden_blob=None, suite="phone")
    defaults: dict[str, Any] = {
        "head": HEAD,
        "base": "f" * 40,
        "files": [file],
        "who": "ann",
        "comment_id": None,
        "now": NOW,
    }
    return approvals.request(db, change_id=change_id, run_id=run_id, **{**defaults, **said})
