"""Let stories run Golddigger whole, beside a forge of their own, and wait until it has nothing left to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Connection, func, select

from app import main
from app.flow.parts import Parts
from app.main import Whole
from app.settings import Settings
from storage import runs, tables
from tests.forges.github.double import GitHubDouble
from tests.forges.github.world import CheckRun
from tests.stories.hosts import HOSTS, Comment, Double, Hook, Host, Pull, Shown

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Golddigger at work on a forge."""

    whole: Whole
    host: Host
    forge: Double
    base: str

    @property
    def github(self) -> GitHubDouble:
        """The forge, in stories that are told of GitHub alone."""
        assert isinstance(self.forge, GitHubDouble)
        return self.forge

    def settle(self) -> None:
        """Wait until all that was delivered is handled and all that follows is done."""
        until = time.monotonic() + _PATIENCE
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < until, f"still busy: {self._busy()}"
            quiet = quiet + 1 if not any(self._busy().values()) else 0
            time.sleep(0.02)

    def shown(self, pull: Pull) -> Shown:
        """Give what stands beside the head of a change when all is done."""
        self.settle()
        shown = self.host.shown(self.forge, pull)
        assert shown, f"nothing stands at {pull.head}: {self.why()}"
        return shown[-1]

    def verdicts(self, pull: Pull, *, head: str | None = None) -> list[Shown]:
        """Give all that stands of ours beside the head of a change, or beside another commit, as it is now."""
        return self.host.shown(self.forge, pull, head)

    def shows(self, pull: Pull, wanted: str) -> Shown:
        """Give the same, which is what the forge shows of a conclusion: `success`, `failure`,
        `action_required`, `neutral`, or `running`."""
        shown = self.shown(pull)
        assert shown.state == self.host.states[wanted], (shown, self.why())
        return shown

    def check(self, pull: Pull) -> CheckRun:
        """Give the newest check on the head of a pull request: GitHub's alone."""
        self.shown(pull)
        return self.github.checks(pull)[-1]  # type: ignore[arg-type]

    def comment(self, pull: Pull) -> Comment:
        """Give the one comment that is ours, replies apart."""
        self.settle()
        ours = [each for each in self.forge.our_comments(pull) if each.body.startswith("<!-- golddigger:report")]
        assert len(ours) == 1, f"{len(ours)} comments of ours"
        return ours[0]

    def tick(self, pull: Pull, user: str, wanted: str) -> list[Any]:
        """Tick the boxes of our report whose lines hold a text."""
        comment = self.comment(pull)
        lines = comment.body.split("\n")
        ticked = [line.replace("[ ]", "[x]") if wanted in line else line for line in lines]
        assert ticked != lines, f"no open box with {wanted!r} in:\n{comment.body}"
        return self.forge.edit(pull, comment, user, "\n".join(ticked))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Post no webhooks meanwhile: a story delivers them itself, late or in another order."""
        address, self.forge.webhook_url = self.forge.webhook_url, None
        try:
            yield
        finally:
            self.forge.webhook_url = address

    def deliver(self, *webhooks: Hook) -> None:
        """Deliver webhooks that were held, in this order."""
        for webhook in webhooks:
            self.forge.redeliver(webhook)

    def replies(self, pull: Pull) -> list[str]:
        """Give what we answered to commands."""
        self.settle()
        ours = self.forge.our_comments(pull)
        return [each.body for each in ours if not each.body.startswith("<!-- golddigger:report")]

    def get(self, path: str) -> requests.Response:
        """Get a page."""
        return requests.get(path if path.startswith("http") else self.base + path, timeout=10)

    def why(self) -> list[tuple[str, str, str]]:
        """Tell what came of each delivery: for a failing story."""
        columns = (tables.deliveries.c.event, tables.deliveries.c.state, tables.deliveries.c.why)
        with self.whole.parts.db.begin() as db:
            return [(row.event, row.state, row.why) for row in db.execute(select(*columns))]

    def _busy(self) -> dict[str, int]:
        with self.whole.parts.db.begin() as db:
            return under_way(db)


def under_way(db: Connection) -> dict[str, int]:
    """Count what was begun and not ended: deliveries, runs, changes that are owed a report, approvals."""
    deliveries, runs = tables.deliveries.c, tables.runs.c
    changes, approvals = tables.changes.c, tables.approvals.c
    begun = {
        "deliveries": deliveries.state.in_(("received", "running")),
        "runs": runs.state.in_(("queued", "comparing")),
        "changes": changes.said < changes.wanted,
        "approvals": approvals.state.in_(("requested", "committing")),
    }
    return {name: db.scalar(select(func.count()).where(which)) or 0 for name, which in begun.items()}


@contextmanager
def staged(host: Host, forge: Double, data: Path, **more: object) -> Iterator[Stage]:
    """Run Golddigger whole for a forge."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    own: dict[str, object] = {
        **host.settings(forge),
        "public_url": base,
        "secret_key": "a key that only this test knows",
        "data": data,
    }
    settings = Settings.model_validate(own | more)
    main.migrate(settings)
    forges = host.forges(settings)
    with main.assembled(settings, forges, gather=0.05) as whole, main.serving(whole, host="127.0.0.1", port=port):
        forge.webhook_url = f"{base}/webhooks/{host.name}"
        yield Stage(whole, host, forge, base)


@contextmanager
def on_stage(host: str, data: Path, **more: object) -> Iterator[Stage]:
    """Run Golddigger whole for a forge of its own, which is held to its contract in the end."""
    kind = HOSTS[host]
    with kind.double() as forge, staged(kind, forge, data, **more) as stage:
        yield stage
    assert forge.violations == []


def change_of(parts: Parts, run_id: str) -> int:
    """Give the change that a run is of."""
    with parts.reading() as db:
        return runs.get(db, run_id).change_id


def free_port() -> int:
    """Give a port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
