"""Workers come and go, told to or not: what one leaves another ends, once, and nobody waits for it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import tables
from tests.app.worker.conftest import own
from tests.forges.wire import Break, Wire, wired
from tests.parts import needs
from tests.parts.redis import REDIS
from tests.parts.running import alone
from tests.stories.bench import Stage
from tests.stories.crew import Crew, crew
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures
from tests.stories.trouble import lapse

HOST = "github"


@pytest.fixture
def many(redis_url: str, tmp_path: Path) -> Iterator[Crew]:
    """Give a crew around a Redis, whose web is in this process."""
    with crew(HOST, tmp_path, own(redis_url), web=True) as made:
        yield made


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Crew]:
    """Give a crew of one server, with everything inside."""
    with crew(HOST, tmp_path, "memory://", web=False) as made:
        yield made


def test_one_that_is_killed_while_it_compares_is_replaced(many: Crew) -> None:
    """By `kill -9`: another takes over when the lease is over, and the run is told of once."""
    with wired(many.stage.forge) as wire:
        killed = many.worker()
        pull, held = comparing(many.stage, wire)
        many.end(killed, signal.SIGKILL)
        lapse(many.stage)
        many.worker()
        told_once(many.stage, pull)
        held.let_go()


def test_one_that_is_told_to_end_gives_back_what_it_cannot(many: Crew) -> None:
    """Another has it at once, long before a lease would be over; the first is gone within its time."""
    with wired(many.stage.forge) as wire:
        first = many.worker("--grace", "3")
        pull, held = comparing(many.stage, wire)
        many.worker()
        assert many.end(first) < 5
        assert "let go" in many.log(first)
        told_once(many.stage, pull)
        held.let_go()
        (run,) = rows(many.stage, "runs")
        assert (run.state, run.tries) == ("concluded", 2)


def test_one_that_is_told_to_end_ends_what_it_can(many: Crew) -> None:
    """What takes less than its time is finished, and it leaves with 0."""
    with wired(many.stage.forge) as wire:
        first = many.worker("--grace", "20")
        pull, held = comparing(many.stage, wire)
        first.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert first.poll() is None
        held.let_go()
        assert first.wait(20) == 0, many.log(first)
        assert "let go" not in many.log(first)
        (run,) = rows(many.stage, "runs")
        assert (run.state, run.tries) == ("concluded", 1)
        many.worker()
        told_once(many.stage, pull)


def test_one_that_is_told_twice_leaves_at_once(many: Crew) -> None:
    """Whoever presses Ctrl-C again does not want to wait."""
    with wired(many.stage.forge) as wire:
        first = many.worker("--grace", "60")
        _, held = comparing(many.stage, wire)
        first.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert many.end(first, signal.SIGINT) < 2
        held.let_go()


def test_a_worker_may_leave_comparing_to_others(many: Crew) -> None:
    """Each does what it is there for, and together they do all."""
    light, heavy = many.worker("--queues", "approve,publish,ingest"), many.worker("--queues", "compare")
    pull = broken(many.stage)
    told_once(many.stage, pull)
    assert kinds(many.log(light)) == {"Ingest", "Publish"}
    assert kinds(many.log(heavy)) == {"Compare"}


def test_rabbitmq_carries_the_work_too(rabbitmq_url: str, tmp_path: Path) -> None:
    """From a delivery to the verdict, through another process."""
    with crew(HOST, tmp_path, own(rabbitmq_url), web=True) as made:
        worker = made.worker()
        told_once(made.stage, broken(made.stage))
        assert made.end(worker) < 12


def test_a_server_with_everything_inside_gives_back_what_it_cannot_end(one: Crew) -> None:
    """Told to end in the middle of a comparison it ends in its time, and the next one goes on at once."""
    with wired(one.stage.forge) as wire:
        first = one.serve("--grace", "4")
        pull, held = comparing(one.stage, wire)
        assert one.end(first) < 8
        assert "let go" in one.log(first)
        (run,) = rows(one.stage, "runs")
        assert (run.state, run.lease_until) == ("queued", None)
        held.let_go()
        older(one.stage)
        one.serve()
        told_once(one.stage, pull)


def test_a_server_starts_and_answers_while_its_queue_is_away(tmp_path: Path) -> None:
    """A delivery is kept and answered; when the queue is back a worker finds it."""
    needs.address(REDIS)
    with alone(REDIS) as server:
        server.stop()
        with crew(HOST, tmp_path, server.url, web=False) as made:
            web = made.serve()
            pull = broken(made.stage)
            made.says(web, "the queue is away")
            assert made.log(web).count("the queue is away") == 1
            assert {each.state for each in rows(made.stage, "deliveries")} == {"received"}
            server.start()
            older(made.stage)
            time.sleep(2.5)  # so long the web leaves the queue alone; what comes meanwhile waits for a sweep
            made.worker()
            told_once(made.stage, pull)
            assert made.end(web) < 12


def broken(stage: Stage) -> Pull:
    """Break a golden, and have CI tell."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    return pull


def comparing(stage: Stage, wire: Wire) -> tuple[Pull, Break]:
    """Break a golden, and wait until a worker fetches the artifact, which does not come."""
    held = wire.hold_there(stage.host.asked.artifact)
    pull = broken(stage)
    held.wait()
    return pull, held


def told_once(stage: Stage, pull: Pull) -> None:
    """The verdict stands there, once, and so does the comment."""
    stage.shows(pull, "action_required")
    assert len(stage.verdicts(pull)) == 1
    assert stage.comment(pull).body.count("- [ ]") == 1


def older(stage: Stage) -> None:
    """Let what waits have waited for an hour: younger rows are left to the queue."""
    hour = timedelta(hours=1)
    with stage.whole.parts.db.begin() as db:
        for table, since in ((tables.deliveries, "received_at"), (tables.runs, "created_at")):
            for row in db.execute(select(table.c.id, table.c[since])).all():
                db.execute(update(table).where(table.c.id == row[0]).values({since: row[1] - hour}))


def rows(stage: Stage, table: str) -> list[Any]:
    """Give all rows of a table."""
    with stage.whole.parts.reading() as db:
        return list(db.execute(select(tables.metadata.tables[table])))


def kinds(log: str) -> set[str]:
    """Name the kinds of jobs that were done."""
    told = [json.loads(line) for line in log.splitlines()]
    return {each["job"].partition("(")[0] for each in told if each["event"] == "done"}
