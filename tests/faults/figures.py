"""Count what was tried and what was lost, for docs/reliability.md."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from storage import database, tables
from tests.faults.afterwards import accepted
from tests.faults.scene import Scene

COLUMNS = ("installation", "faults", "deliveries accepted", "runs", "approvals committed", "lost", "twice")
_counts: dict[str, Counter[str]] = {}


def fault(scene: Scene, what: str) -> None:
    """Note that something was broken on purpose."""
    _counts.setdefault(scene.deployment.name, Counter()).update(faults=1, **{f"kind: {what}": 1})


def note(scene: Scene) -> None:
    """Note what an installation did in its life."""
    taken = accepted(scene)
    with database.reading(scene.db) as db:
        done = set(
            db.execute(
                select(tables.deliveries.c.delivery_id).where(tables.deliveries.c.state == "done")
            ).scalars()
        )
        runs = db.scalar(select(func.count()).select_from(tables.runs).where(tables.runs.c.state == "concluded"))
        commits = db.execute(select(tables.approvals.c.state)).scalars().all().count("committed")
    _counts.setdefault(scene.deployment.name, Counter()).update(
        {"deliveries accepted": len(taken), "lost": len(taken - done), "runs": runs or 0}
    )
    _counts[scene.deployment.name].update({"approvals committed": commits})


def lines() -> Iterator[str]:
    """Give the figures of this run, a line an installation; keep them where the environment names a file."""
    for name, count in sorted(_counts.items()):
        yield f"{name}: " + ", ".join(f"{what} {count[what]}" for what in COLUMNS[1:6])
    if file := os.environ.get("GOLDDIGGER_FAULTS_FILE"):
        Path(file).write_text(json.dumps(_counts, indent=1, sort_keys=True))


def table(counts: dict[str, dict[str, int]]) -> Sequence[str]:
    """Write figures as a Markdown table."""
    columns = COLUMNS[:6]
    rows = [[name, *(str(count.get(what, 0)) for what in columns[1:])] for name, count in sorted(counts.items())]
    return [f"| {' | '.join(row)} |" for row in (columns, ["---", *["---:"] * (len(columns) - 1)], *rows)]
