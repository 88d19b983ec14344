"""Azurite, Microsoft's own emulator of Azure's blobs, from npm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.parts.part import Command, Part, program
from tests.parts.s3 import answers
from tests.peers import emulate

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Both are in its documentation, the same for everybody."""


def _program() -> str | None:
    script = emulate.FOLDER / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    return str(script) if script.is_file() and _node() else None


def _node() -> str | None:
    """Find Node: the folder's own, or the system's, which is new enough for this one."""
    return program("node", beside=[emulate.FOLDER / "node_modules" / "node" / "bin"])


def _commands(folder: Path, port: int) -> Sequence[Command]:
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    quiet = ["--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    return [Command(words=[_node() or "", _program() or "", *quiet, *place])]


AZURE = Part(
    key="azure",
    name="azurite",
    install="sh tests/peers/install.sh .peers (needs npm)",
    program=_program,
    commands=_commands,
    url=lambda port: f"http://127.0.0.1:{port}/{ACCOUNT}",
    answers=answers("?comp=list"),
)
