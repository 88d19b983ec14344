"""Stand between a client and a store, hand on what both say, and now and then spoil it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)
_OUR_OWN = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request: an answer instead of the store's, or a share of what is said and then no more."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    heard: float = 1.0
    """So much of the request's body is taken; if that is not all, the line is cut."""
    told: float = 1.0
    """So much of the store's answer is handed on; if that is not all, the line is cut."""
    wait: float = 0.0
    """Seconds before anything is said."""


CUT = Fault(heard=0.0)
HALF_HEARD = Fault(heard=0.5)
HALF_TOLD = Fault(told=0.5)


def refusal(status: int, code: str, **headers: str) -> Fault:
    """Answer as S3, Azure and Google do, each of which reads its own part of it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    return Fault(status, body, {"Content-Type": "application/xml", "x-ms-error-code": code, **headers})


Spoils = Callable[[str, str], Fault | None]
"""Decide by method and target."""


class Between:
    """The one in between. `spoils` may be changed at any time; `seen` are the requests so far."""

    def __init__(self, store: str) -> None:
        self.store = urlsplit(store)
        self.spoils: Spoils = lambda method, target: None
        self.seen: list[tuple[str, str]] = []
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def always(self, fault: Fault | None, *methods: str) -> None:
        """Spoil every request, or those of some methods; with None, nothing any more."""
        self.spoils = lambda method, target: fault if not methods or method in methods else None

    def once(self, fault: Fault, *methods: str) -> None:
        """Spoil the next request, or the next of some methods."""
        left = [fault]

        def spoils(method: str, target: str) -> Fault | None:
            return left.pop() if left and (not methods or method in methods) else None

        self.spoils = spoils

    @contextmanager
    def standing(self) -> Iterator[Between]:
        """Stand there until left."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, between: Between) -> None:
        self.between = between
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of those who hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        between = self.server.between
        between.seen.append((self.command, self.path))
        fault = between.spoils(self.command, self.path) or Fault()
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(int(length * fault.heard))
        time.sleep(fault.wait)
        if fault.heard < 1:
            self._cut()
        elif fault.status:
            self._answer(fault.status, fault.headers, fault.body, 1.0)
        else:
            self._hand_on(body, fault.told)

    def _hand_on(self, body: bytes, told: float) -> None:
        store = HTTPConnection(
            self.server.between.store.hostname or "", self.server.between.store.port, timeout=60
        )
        try:
            own = {
                name: value for name, value in self.headers.items() if name.lower() not in {"expect", "connection"}
            }
            store.request(self.command, self.path, body, own)
            answer = store.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read(), told, answer)
        finally:
            store.close()

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, told: float, answer: HTTPResponse | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _OUR_OWN:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if answer is not None and self.command == "HEAD" else None
        if status not in (204, 304):
            self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: int(len(body) * told)])
        if told < 1:
            self._cut()

    def _cut(self) -> None:
        """Take the line away without a word."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()
        self.close_connection = True

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 (http.server's names)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (http.server's name)
        """Keep quiet."""
