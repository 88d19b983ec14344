"""Two that speak S3, from PyPI: ministack and moto. A wrong secret ministack minds in signed links only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import requests

from tests.parts.part import Command, Part, program

KEY, SECRET = "key", "no secret"
_BESIDE_PYTHON = [Path(sys.executable).parent]
_INSTALL = "make setup (they are among the packages for development)"


def beside_python(name: str) -> Callable[[], str | None]:
    """Find a program of a Python package."""
    return lambda: program(name, beside=_BESIDE_PYTHON)


def answers(path: str) -> Callable[[str], bool]:
    """Does HTTP come back from a path there, whatever it says?"""

    def ask(url: str) -> bool:
        try:
            requests.get(url + path, timeout=2)
        except requests.RequestException:
            return False
        return True

    return ask


def _ministack(folder: Path, port: int) -> Sequence[Command]:
    only_s3 = {"SERVICES": "s3", "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "S3_DATA_DIR": str(folder / "data")}
    place = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(folder),
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    return [Command(words=[MINISTACK.program() or ""], environment={**place, **only_s3})]


def _moto(folder: Path, port: int) -> Sequence[Command]:
    return [Command(words=[MOTO.program() or "", "-H", "127.0.0.1", "-p", str(port)])]


MINISTACK = Part(
    key="ministack",
    name="ministack (S3)",
    install=_INSTALL,
    program=beside_python("ministack"),
    commands=_ministack,
    url=lambda port: f"http://127.0.0.1:{port}",
    answers=answers("/"),
)
MOTO = Part(
    key="moto",
    name="moto (S3)",
    install=_INSTALL,
    program=beside_python("moto_server"),
    commands=_moto,
    url=lambda port: f"http://127.0.0.1:{port}",
    answers=answers("/"),
)
