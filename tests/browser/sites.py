"""Serve a site on loopback, and say who comes in how."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette

from storage import changes
from tests.app.web.stage import Stage

_STOP_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Site:
    """A stage that browsers can reach."""

    stage: Stage
    base: str

    @property
    def repo_id(self) -> int:
        """The number of the stage's repository."""
        with self.stage.parts.db.begin() as db:
            return changes.get(db, self.stage.change_id).repo_id

    def about_many(self, golden: str) -> tuple[str, ...]:
        """Give the paths of the pages about many runs: a repository, its goldens, and the history of one."""
        repo = self.stage.change.repo
        here = f"/r/{repo.host}/{quote(repo.path)}"
        return here, f"{here}?view=goldens", f"/goldens/{self.repo_id}/{quote(golden)}"

    def door(self, path: str) -> str:
        """Give the address of a page that signs the repository's user in, once."""
        return f"{self.base}{path}?token={self.stage.token()}"


@contextmanager
def served(web: Starlette, port: int) -> Iterator[None]:
    """Answer on a port of loopback until left."""
    config = uvicorn.Config(
        web, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), f"nothing answers on port {port}"
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
