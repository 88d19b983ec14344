"""Something that speaks as Google Cloud Storage does, from PyPI; it minds no precondition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.parts.part import Command, Part
from tests.parts.s3 import answers, beside_python


def _commands(folder: Path, port: int) -> Sequence[Command]:
    words = [GCS.program() or "", "start", "--host", "127.0.0.1", "--port", str(port), "--in-memory", "--quiet"]
    return [Command(words=words)]


GCS = Part(
    key="gcs",
    name="gcp-storage-emulator",
    install="make setup (it is among the packages for development)",
    program=beside_python("gcp-storage-emulator"),
    commands=_commands,
    url=lambda port: f"http://127.0.0.1:{port}",
    answers=answers("/"),
)
