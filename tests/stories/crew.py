"""Run `golddigger serve` and `golddigger worker` as processes of their own, to be told to end, or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from app import main
from app.settings import Settings
from tests.stories.bench import Stage, free_port
from tests.stories.hosts import HOSTS

_PATIENCE = 40.0
_COMMAND = "import sys; from app.cli import main; sys.argv[0] = 'golddigger'; main()"
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Crew:
    """A stage whose work is done by processes of their own."""

    stage: Stage
    port: int
    environment: Mapping[str, str]
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Begin a worker, and come back when it works."""
        return self._begin("working", "worker", *options)

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        """Begin a server, and come back when it answers."""
        server = self._begin("serving", "serve", "--port", str(self.port), *options)
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            assert server.poll() is None, self.log(server)
            assert time.monotonic() < until, self.log(server)
            time.sleep(0.05)
        return server

    def end(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal, and give how many seconds it took until the process was gone."""
        begun = time.monotonic()
        process.send_signal(how)
        process.wait(_PATIENCE)
        return time.monotonic() - begun

    def log(self, process: subprocess.Popen[bytes]) -> str:
        """Give what a process said."""
        return (self.folder / f"{self.started.index(process)}.log").read_text()

    def says(self, process: subprocess.Popen[bytes], words: str) -> None:
        """Wait until a process has said something."""
        until = time.monotonic() + _PATIENCE
        while words not in self.log(process):
            assert process.poll() is None, self.log(process)
            assert time.monotonic() < until, self.log(process)
            time.sleep(0.02)

    def _begin(self, first: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.started)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, *words],
                env={**os.environ, **self.environment},
                cwd=_ROOT,
                stderr=log,
            )
        self.started.append(process)
        self.says(process, f'"{first}"')
        return process

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.stage.base}/healthz", timeout=5).ok
        except requests.ConnectionError:
            return False


@contextmanager
def crew(host: str, folder: Path, queue: str, *, web: bool) -> Iterator[Crew]:
    """Give a crew for a forge of its own. `web`: answer webhooks in this process, which does no job."""
    kind, port = HOSTS[host], free_port()
    with kind.double() as forge:
        own: dict[str, object] = {
            **kind.settings(forge),
            "public_url": f"http://127.0.0.1:{port}",
            "secret_key": "a key that only this test knows",
            "data": folder,
            "queue_url": queue,
        }
        settings = Settings.model_validate(own)
        main.migrate(settings)
        with main.assembled(settings, kind.forges(settings)) as whole:
            forge.webhook_url = f"{settings.public_url}/webhooks/{kind.name}"
            environment = {f"GOLDDIGGER_{name.upper()}": str(value) for name, value in own.items()}
            made = Crew(Stage(whole, kind, forge, settings.public_url), port, environment, folder)
            try:
                if web:
                    with main.serving(whole, host="127.0.0.1", port=port, threads=0):
                        yield made
                else:
                    yield made
            finally:
                for process in made.started:
                    process.kill()
                    process.wait()
        assert forge.violations == []
