"""Redis, from the system's packages, that keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import redis

from tests.parts.part import Command, Part, program


def _program() -> str | None:
    return program("redis-server")


def _commands(folder: Path, port: int) -> Sequence[Command]:
    kept_nowhere = ["--save", "", "--appendonly", "no"]
    place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    return [Command(words=[_program() or "", *place, *kept_nowhere])]


def _answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


REDIS = Part(
    key="redis",
    name="Redis",
    install="apt-get install redis-server",
    program=_program,
    commands=_commands,
    url=lambda port: f"redis://127.0.0.1:{port}/0",
    answers=_answers,
)
