"""Ask the peers, each in a process that is already warm."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.diffing import peer

_SCRIPT = Path(__file__).with_name("peers.mjs")


@dataclass(frozen=True, slots=True)
class Files:
    """A pair on disk, and where a peer may write its difference."""

    golden: Path
    candidate: Path
    difference: Path


@dataclass(frozen=True, slots=True)
class Answer:
    """How long it took in milliseconds, and how many pixels the peer counted (-1: it did not say)."""

    ms: float
    pixels: int


class Peers:
    """pixelmatch with pngjs, and odiff's server, where the folder of GOLDDIGGER_TEST_NPM has them."""

    def __init__(self) -> None:
        node, self.names = peer.node(), list[str]()
        self._process: subprocess.Popen[str] | None = None
        if not peer.FOLDER or not node:
            return
        self._process = subprocess.Popen(
            [node, str(_SCRIPT), str(Path(peer.FOLDER).absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.names = json.loads(self._read())

    def ask(self, name: str, files: Files) -> Answer:
        """Have one peer compare one pair."""
        assert self._process
        assert self._process.stdin
        places = {"golden": files.golden, "candidate": files.candidate, "difference": files.difference}
        asked = {"peer": name, **{key: str(path) for key, path in places.items()}}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._read()))

    def close(self) -> None:
        """End the process and what it started."""
        if self._process:
            self._process.communicate(timeout=10)

    def _read(self) -> str:
        assert self._process
        assert self._process.stdout
        return self._process.stdout.readline()
