"""How many at once work on one database: threads and processes, claiming, queueing and putting."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection

from diffing.words import BlobId
from storage import changes, database, deliveries, git_blobs
from tests.storage import making
from tests.storage.making import LEASE, NOW

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROCESSES, THREADS, THINGS = 3, 4, 6

# Each contestant wants everything, in an order of its own, and tells what it got.
_CONTEST = """
import json, random, sys, threading
from datetime import datetime, timedelta
from storage import approvals, changes, database, deliveries, git_blobs, runs
from sqlalchemy import Connection

from diffing.words import BlobId, Digest

url, things, threads, seed = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
now, until = (datetime.fromisoformat(each) for each in things.pop("times"))
engine = database.connect(url)
won, errors = [], []
barrier = threading.Barrier(threads)

def begin(kind, id_, who):
    with engine.begin() as db:
        match kind:
            case "delivery":
                return deliveries.claim(db, id_, now=now, until=until)
            case "run":
                return runs.claim(db, id_, now=now, until=until)
            case "report":
                return changes.claim(db, id_, now=now, until=until) is not None
            case "approval":
                return bool(approvals.claim(db, id_, batch=who, now=now, until=until))
            case "new run":
                return runs.insert(
                    db, change_id=id_, head="c" * 40, base="b", pipeline_id="1", attempt=1, round=1,
                    source="s", title="t", url="u", now=now,
                ) is not None
            case "wish":
                changes.get(db, id_)
                changes.want(db, id_)
            case "blob":
                git_blobs.put(db, id_, [(BlobId(f"{n:040x}"), Digest("1" * 64)) for n in range(50)])
    with database.reading(engine) as db:
        deliveries.unhandled(db, now=now, before=now, most=100)
    return False

def contest(who):
    mine = [(kind, id_) for kind, ids in things.items() for id_ in ids]
    random.Random(who).shuffle(mine)
    barrier.wait()
    for kind, id_ in mine:
        try:
            if begin(kind, id_, who):
                won.append([kind, id_])
        except Exception as error:
            errors.append(repr(error))

print("ready", flush=True)
sys.stdin.read()
started = [threading.Thread(target=contest, args=(f"{seed}-{each}",)) for each in range(threads)]
[each.start() for each in started]
[each.join() for each in started]
print(json.dumps([won, errors]))
engine.dispose()
"""


def test_exactly_one_wins(url: str) -> None:
    """Of many threads in many processes that want the same, one gets it; nobody is told *database is locked*."""
    things = _things(url)
    won, errors = _contest(url, things)
    assert errors == []
    claimable = [
        (kind, id_) for kind in ("delivery", "run", "report", "approval", "new run") for id_ in things[kind]
    ]
    assert won == Counter(dict.fromkeys(claimable, 1))
    engine = database.connect(url)
    with engine.begin() as db:
        wished = [changes.get(db, int(id_)).wanted for id_ in things["wish"]]
        known = [
            len(git_blobs.known(db, int(id_), [BlobId(f"{n:040x}") for n in range(50)])) for id_ in things["blob"]
        ]
    engine.dispose()
    assert wished == [PROCESSES * THREADS] * len(things["wish"])
    assert known == [50] * len(things["blob"])


def _things(url: str) -> dict[str, list[int | str]]:
    engine = database.connect(url)
    with engine.begin() as db:
        each = range(THINGS)
        change_ids = [making.change(db) for _ in each]
        for id_ in change_ids:
            changes.want(db, id_)
            making.approval(db, id_, making.concluded(db, id_, pipeline_id="7"))
        things: dict[str, list[int | str]] = {
            "delivery": [_delivery(db) for _ in each],
            "run": [making.run(db, id_) for id_ in change_ids],
            "report": [*change_ids],
            "approval": [*change_ids],
            "new run": [*change_ids],
            "wish": [making.change(db) for _ in each],
            "blob": [making.repo(db) for _ in range(2)],
        }
    engine.dispose()
    return things


def _delivery(db: Connection) -> int:
    id_ = deliveries.keep(db, host="h", delivery_id=making.fresh(), event="e", body=b"{}", now=NOW)
    assert id_ is not None
    return id_


def _contest(url: str, things: dict[str, list[int | str]]) -> tuple[Counter[tuple[str, int | str]], list[str]]:
    given = json.dumps(things | {"times": [NOW.isoformat(), LEASE.isoformat()]})
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _CONTEST, url, given, str(THREADS), str(seed)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(PROCESSES)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        assert each.stdin is not None
        each.stdin.close()
        each.stdin = None
    told = [json.loads(each.communicate(timeout=60)[0]) for each in started]
    return Counter((kind, id_) for won, _ in told for kind, id_ in won), [e for _, errors in told for e in errors]
