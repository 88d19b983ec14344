"""Let stories run Golddigger whole, beside a GitHub of their own, and wait until it has nothing left to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlalchemy import func, select

from app import main
from app.flow.parts import Parts
from app.main import Whole
from app.settings import Settings
from bots.pacing import at_once
from storage import runs, tables
from tests.forges.github.double import GitHubDouble
from tests.forges.github.hooks import Webhook
from tests.forges.github.world import CheckRun, Comment, Pull

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Golddigger at work on a GitHub."""

    whole: Whole
    github: GitHubDouble
    base: str

    def settle(self) -> None:
        """Wait until all that was delivered is handled and all that follows is done."""
        until = time.monotonic() + _PATIENCE
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < until, f"still busy: {self._busy()}"
            quiet = quiet + 1 if not any(self._busy().values()) else 0
            time.sleep(0.02)

    def check(self, pull: Pull) -> CheckRun:
        """Give the one check on the head of a pull request."""
        self.settle()
        checks = self.github.checks(pull)
        assert checks, f"no check on {pull.head}: {self.why()}"
        assert {each.name for each in checks} == {"golddigger"}
        return checks[-1]

    def comment(self, pull: Pull) -> Comment:
        """Give the one comment that is ours, replies apart."""
        self.settle()
        ours = [each for each in self.github.our_comments(pull) if each.body.startswith("<!-- golddigger:report")]
        assert len(ours) == 1, f"{len(ours)} comments of ours"
        return ours[0]

    def tick(self, pull: Pull, user: str, wanted: str) -> None:
        """Tick the boxes of our report whose lines hold a text."""
        comment = self.comment(pull)
        lines = comment.body.split("\n")
        ticked = [line.replace("[ ]", "[x]") if wanted in line else line for line in lines]
        assert ticked != lines, f"no open box with {wanted!r} in:\n{comment.body}"
        self.github.edit(pull, comment, user, "\n".join(ticked))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Post no webhooks meanwhile: a story delivers them itself, late or in another order."""
        address, self.github.webhook_url = self.github.webhook_url, None
        try:
            yield
        finally:
            self.github.webhook_url = address

    def deliver(self, *webhooks: Webhook) -> None:
        """Deliver webhooks that were held, in this order."""
        for webhook in webhooks:
            self.github.redeliver(webhook)

    def replies(self, pull: Pull) -> list[str]:
        """Give what we answered to commands."""
        self.settle()
        ours = self.github.our_comments(pull)
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
        deliveries, runs = tables.deliveries.c, tables.runs.c
        changes, approvals = tables.changes.c, tables.approvals.c
        busy = {
            "deliveries": deliveries.state.in_(("received", "running")),
            "runs": runs.state.in_(("queued", "comparing")),
            "changes": changes.said < changes.wanted,
            "approvals": approvals.state.in_(("requested", "committing")),
        }
        with self.whole.parts.db.begin() as db:
            return {name: db.scalar(select(func.count()).where(which)) or 0 for name, which in busy.items()}


@contextmanager
def staged(github: GitHubDouble, data: Path, **more: object) -> Iterator[Stage]:
    """Run Golddigger whole for a GitHub."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = Settings(
        github_app_id=str(github.app.id),
        github_private_key=github.app.key.private,
        github_webhook_secret=github.app.webhook_secret,
        github_api_url=github.api_url,
        github_web_url=github.web_url,
        github_client_id=github.app.client_id,
        github_client_secret=github.app.client_secret,
        public_url=base,
        secret_key="a key that only this test knows",
        data=data,
        **more,
    )
    main.migrate(settings)
    forges = main.github(settings, at_once())
    with main.assembled(settings, forges, gather=0.05) as whole, main.serving(whole, host="127.0.0.1", port=port):
        github.webhook_url = f"{base}/webhooks/github"
        yield Stage(whole, github, base)


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
