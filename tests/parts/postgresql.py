"""PostgreSQL, from the system's packages. It refuses root, so root's runs as its own user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from tests.parts.part import Command, Part, program

_USER = "golddigger"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # a machine that loses its power during the tests loses the tests
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "2GB",
}


def _program() -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent.name, reverse=True)
    return program("postgres", beside=folders)


def _who() -> str | None:
    return "postgres" if os.geteuid() == 0 else None


def _prepare(folder: Path) -> None:
    data, who = folder / "data", _who()
    data.mkdir()
    if who:
        shutil.chown(data, who, who)
    initdb = Path(_program() or "").with_name("initdb")
    words = [str(initdb), "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run(words, check=True, capture_output=True, cwd=data, user=who, group=who)


def _commands(folder: Path, port: int) -> Sequence[Command]:
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    words = [_program() or "", "-D", str(folder / "data"), "-p", str(port), *settings]
    return [Command(words=words, user=_who(), stop=signal.SIGINT)]  # which hangs up on whoever is connected


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


POSTGRESQL = Part(
    key="postgresql",
    name="PostgreSQL",
    install="apt-get install postgresql",
    program=_program,
    prepare=_prepare,
    commands=_commands,
    url=lambda port: f"postgresql://{_USER}@127.0.0.1:{port}/postgres",
    answers=_answers,
)
