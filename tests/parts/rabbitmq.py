"""RabbitMQ, from the system's packages, with a port mapper (epmd) of its own, which ends with it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.forges.web import free_port
from tests.parts.part import Command, Part, program


def _program() -> str | None:
    """Prefer the script itself: Debian's in the path would become the user rabbitmq."""
    return program("rabbitmq-server", beside=[Path("/usr/lib/rabbitmq/bin")]) if program("epmd") else None


def _commands(folder: Path, port: int) -> Sequence[Command]:
    mapper, distribution = str(free_port()), str(free_port())
    erlang = {"HOME": str(folder), "ERL_EPMD_PORT": mapper, "ERL_EPMD_ADDRESS": "127.0.0.1"}
    own = {
        "NODENAME": f"golddigger{port}@localhost",
        "NODE_IP_ADDRESS": "127.0.0.1",
        "NODE_PORT": str(port),
        "DIST_PORT": distribution,
        "SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
        "MNESIA_BASE": str(folder / "data"),
        "LOG_BASE": str(folder / "logs"),
        "LOGS": "-",
        "ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "PID_FILE": str(folder / "process"),
        "CONF_ENV_FILE": "/dev/null",
        "CONFIG_FILE": str(folder / "none"),
    }
    broker = {**erlang, **{f"RABBITMQ_{name}": value for name, value in own.items()}}
    return [
        Command(words=[program("epmd") or ""], environment=erlang),
        Command(words=[_program() or ""], environment=broker),
    ]


def _prepare(folder: Path) -> None:
    (folder / "plugins").write_text("[].\n")


def _answers(url: str) -> bool:
    """Does it begin a conversation? https://www.rabbitmq.com/amqp-0-9-1-reference (4.2.2)."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port or 5672), timeout=2) as connection:
            connection.sendall(b"AMQP\0\0\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


RABBITMQ = Part(
    key="rabbitmq",
    name="RabbitMQ",
    install="apt-get install rabbitmq-server",
    program=_program,
    prepare=_prepare,
    commands=_commands,
    url=lambda port: f"amqp://guest:guest@127.0.0.1:{port}/%2F",
    answers=_answers,
    patience=60.0,
)
