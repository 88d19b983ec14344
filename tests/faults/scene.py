"""Hold together what a fault is tried on: an installation, and the forge that it works for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from storage import blobs, database, tables
from storage.away import Away
from storage.blobs import Blobs
from tests.forges.github.double import GitHubDouble
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.wire import Wire, wired
from tests.installed.deployments import Deployment
from tests.installed.installation import Installation
from tests.installed.process import PACE, hurried
from tests.stories.bench import under_way
from tests.stories.hosts import HOSTS, Double, Host, Pull, Shown
from tests.stories.screens import CART, CART_NEW, CONFIG, LOGIN, NEW, OLD, failures

_PATIENCE = 120.0
_QUIET = 5
_PACE = 180
"""Three minutes a second: leases lapse as one looks on."""
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One installation at work for one forge."""

    deployment: Deployment
    installation: Installation
    host: Host
    forge: Double
    wire: Wire
    db: Engine
    blobs: Blobs

    def pull(self) -> Pull:
        """Give a change in a repository of its own, which is about to break two goldens."""
        files = {LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG}
        repo = self.forge.repo(f"octo/app-{next(_numbers)}", files=files)
        return repo.pull(files={"lib/app.dart": b"// new\n"})

    def finish(self, pull: Pull) -> list[Any]:
        """Let CI end with two goldens that changed."""
        return self.forge.finish_workflow(
            pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})}
        )

    def reported(self) -> Pull:
        """Give a change that broke two goldens, and was told so."""
        pull = self.pull()
        self.finish(pull)
        self.settle()
        return pull

    def approve(self, pull: Pull) -> list[Any]:
        """Approve both."""
        return self.forge.comment(pull, "dev", "/golddigger approve")

    @contextmanager
    def silently(self) -> Iterator[None]:
        """Post no webhooks meanwhile: they are delivered by hand."""
        address, self.forge.webhook_url = self.forge.webhook_url, None
        try:
            yield
        finally:
            self.forge.webhook_url = address

    def calm(self) -> None:
        """Let the forge be well again, whatever of its troubles was never met."""
        self.wire.mend()
        limits = getattr(self.forge, "limits", None)
        if limits is not None:
            limits.faults.clear()
            limits.switched_on.clear()

    def settle(self) -> None:
        """Wait until all that was accepted is handled, and all that follows from it is done."""
        until, quiet, busy = time.monotonic() + _PATIENCE, 0, {"nobody asked": 1}
        while quiet < _QUIET:
            assert time.monotonic() < until, f"still busy: {busy}\n{self.installation.logged()}"
            busy = self._busy()
            quiet = 0 if any(busy.values()) else quiet + 1
            time.sleep(0.05)

    def delivered(self) -> Sequence[Any]:
        """Give every attempt of the forge to deliver a webhook, and how it ended."""
        by_github = getattr(self.forge.world, "delivered", None)
        return self.forge.post.delivered if by_github is None else by_github  # type: ignore[attr-defined, no-any-return]

    def batches_done(self) -> int:
        """Tell how many batches of large runs are measured and not yet gathered."""
        done = (tables.batches.c.state == "done") & (tables.batches.c.size > 0)
        with database.reading(self.db) as db:
            return db.scalar(select(func.count()).where(done)) or 0

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        until = time.monotonic() + _PATIENCE
        while not true():
            assert time.monotonic() < until, self.installation.logged()
            time.sleep(0.005)

    def verdicts(self, pull: Pull) -> list[Shown]:
        """Give all that stands of ours beside the head of a change."""
        return self.host.shown(self.forge, pull)

    def _busy(self) -> dict[str, int]:
        try:
            with database.reading(self.db) as db:
                return under_way(db)
        except (SQLAlchemyError, Away):  # it is being restarted
            return {"database": 1}


@contextmanager
def scene(deployment: Deployment, host: Host, folder: Path) -> Iterator[Scene]:
    """Install Golddigger for a forge of its own, and take all of it away when left."""
    with _double(host) as forge, wired(forge) as wire:
        settings = {**deployment.settings, **{name: str(value) for name, value in host.settings(forge).items()}}
        settings["secret_key"] = "a key that only these tests know"
        environment = {**deployment.environment, PACE: str(_PACE)}
        installation = Installation(settings, folder / "logs", workers=deployment.workers, environment=environment)
        engine = database.connect(deployment.settings["database_url"])
        database.migrate(engine)
        try:
            installation.start()
            forge.webhook_url = f"{installation.base}/webhooks/{host.name}"
            yield Scene(
                deployment=deployment,
                installation=installation,
                host=host,
                forge=forge,
                wire=wire,
                db=engine,
                blobs=_storage(deployment),
            )
        finally:
            installation.stop()
            engine.dispose()


def _storage(deployment: Deployment) -> Blobs:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in deployment.environment.items():
            patch.setenv(name, value)
        return blobs.open(deployment.settings["storage_url"])


def _double(host: Host) -> Any:
    clock = hurried(_PACE)
    return GitHubDouble(clock) if host is HOSTS["github"] else GitLabDouble(clock)
