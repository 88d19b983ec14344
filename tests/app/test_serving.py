"""A server that is told to stop does so at once, whoever still watches a run."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from app import main
from app.forges import Forges
from app.settings import Settings
from app.web import signin
from tests.storage.making import change, concluded

pytestmark = pytest.mark.slow


def test_a_page_that_is_open_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Its stream of news is ended first: otherwise it would go on until the server's patience is over."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = Settings(data=tmp_path, public_url=base, secret_key=SecretStr("k" * 40))
    main.migrate(settings)
    with main.assembled(settings, Forges()) as whole:
        with whole.parts.db.begin() as db:
            run = concluded(db, change(db))
        with main.serving(whole, host="127.0.0.1", port=port):
            cookies = enter(base, whole.token(signin.TOKEN))
            wire = socket.create_connection(("127.0.0.1", port), timeout=20)
            wire.sendall(f"GET /runs/{run}/events HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n".encode())
            heard = wire.recv(4096)
            while b"event: pulse" not in heard:
                heard += wire.recv(4096)
            begun = time.monotonic()
        assert time.monotonic() - begun < 4
        with wire:
            while wire.recv(4096):
                pass  # it ends


def enter(base: str, token: str) -> str:
    """Come in with a printed token; give the cookies that a browser would keep."""
    answer = requests.get(f"{base}/?token={token}", allow_redirects=False, timeout=20)
    return "; ".join(f"{each.name}={each.value}" for each in answer.cookies)


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
