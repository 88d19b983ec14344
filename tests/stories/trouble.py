"""Make bad days: let leases lapse, lose the queue. `tests.forges.wire` breaks the wire to a forge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app import main
from app.flow import ingest, patience, sweep
from app.flow.jobs import Job
from storage import tables
from tests.forges.wire import PATIENCE
from tests.stories.bench import Stage, on_stage
from tests.stories.hosts import Hook

_SOON = 0.03
"""Seconds after which a story tries again what an operator's worker tries again after seconds."""


@contextmanager
def hasty(host: str, data: Path, **settings: object) -> Iterator[Stage]:
    """Give a stage for all stories of a module, whose worker tries again soon."""
    with pytest.MonkeyPatch.context() as patch, on_stage(host, data, **settings) as stage:
        patch.setattr(patience, "_FIRST", _SOON)
        yield stage


def lapse(stage: Stage) -> None:
    """Let all leases end, as if those who hold them had died ten minutes ago."""
    with stage.whole.parts.db.begin() as db:
        for table in (tables.deliveries, tables.runs, tables.changes, tables.approvals):
            held = update(table).where(table.c.lease_until.is_not(None))
            db.execute(held.values(lease_until=main.now() - timedelta(seconds=1)))


def kept(stage: Stage, webhooks: Iterable[Hook], at: datetime) -> list[Job]:
    """Keep webhooks as the front door does, and give the jobs that follow instead of sending them."""
    (hook,) = stage.whole.parts.webhooks.values()
    deliveries = [hook.verify(each.headers, each.body) for each in webhooks]
    return [job for each in deliveries for job in ingest.keep(stage.whole.parts.db, each, at)]


def swept(stage: Stage) -> None:
    """Ask again for whatever was begun and not ended, as a timer does."""
    stage.whole.carrier.send(sweep.sweep(stage.whole.parts, main.now()))


def ended(stage: Stage) -> None:
    """Wait until every job has ended, also those whose work was taken over by others."""
    stage.settle()
    for queue in ("ingest", "compare", "publish", "approve"):
        stage.whole.broker.join(queue, timeout=int(PATIENCE * 1000))
    stage.settle()
