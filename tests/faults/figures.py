"""Count what was tried and what was lost of it, over all processes of a run: for docs/reliability.md."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import func, select

from storage import database, tables
from tests.faults.afterwards import accepted
from tests.faults.scene import Scene

COLUMNS = ("faults", "deliveries accepted", "deliveries lost", "runs concluded", "approvals committed")
_FOLDER = "GOLDDIGGER_TEST_FAULTS"
_counts: dict[str, Counter[str]] = {}
_kinds: Counter[str] = Counter()


def begin() -> bool:
    """Make the folder in which the processes of a run note what they did; False where somebody did already."""
    if _FOLDER in os.environ:
        return False
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="golddigger-faults-")
    return True


def finish() -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ.pop(_FOLDER), ignore_errors=True)


def fault(scene: Scene, what: str) -> None:
    """Note that something was broken on purpose."""
    _counts.setdefault(scene.deployment.name, Counter()).update(faults=1)
    _kinds.update({what: 1})


def note(scene: Scene) -> None:
    """Note what an installation did in its life."""
    taken, state = accepted(scene), tables.deliveries.c.state
    with database.reading(scene.db) as db:
        kept = db.execute(select(tables.deliveries.c.delivery_id).where(state == "done")).scalars()
        done = {each.rpartition(" ")[2] for each in kept}
        runs = db.scalar(select(func.count()).where(tables.runs.c.state == "concluded")) or 0
        commits = db.scalar(select(func.count()).where(tables.approvals.c.state == "committed")) or 0
    lived = {"deliveries accepted": len(taken), "deliveries lost": len(taken - done)}
    lived |= {"runs concluded": runs, "approvals committed": commits}
    _counts.setdefault(scene.deployment.name, Counter()).update(lived)
    told = {"installations": _counts, "kinds": _kinds}
    (Path(os.environ[_FOLDER]) / f"{os.getpid()}.json").write_text(json.dumps(told))


def gathered() -> tuple[Mapping[str, Counter[str]], Counter[str]]:
    """Give what all processes noted: by installation, and how often each kind of fault was tried."""
    counts: dict[str, Counter[str]] = {}
    kinds: Counter[str] = Counter()
    for file in Path(os.environ[_FOLDER]).glob("*.json"):
        told = json.loads(file.read_text())
        kinds.update(told["kinds"])
        for name, count in told["installations"].items():
            counts.setdefault(name, Counter()).update(count)
    return counts, kinds


def tables_of(counts: Mapping[str, Counter[str]], kinds: Counter[str]) -> Sequence[str]:
    """Write figures as two Markdown tables."""
    rows = [[name, *(str(count[what]) for what in COLUMNS)] for name, count in sorted(counts.items())]
    total = ["together", *(str(sum(count[what] for count in counts.values())) for what in COLUMNS)]
    return [
        *_table(("installation", *COLUMNS), [*rows, total]),
        "",
        *_table(("fault", "times"), [[what, str(count)] for what, count in sorted(kinds.items())]),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[str]:
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, ruler, *rows)]
