"""Serve HTTP on a loopback port from a function. What every forge's double stands on."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Json = Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made, for tests that count."""

    method: str
    path: str
    operation: str
    status: int
    at: datetime
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case; the path is decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    target: str = ""
    """Path and query as they were sent, encoded: one segment may hold slashes."""

    @property
    def json(self) -> Json:
        """Read the body as JSON; None where it is empty."""
        return json.loads(self.body) if self.body else None

    @property
    def form(self) -> dict[str, str]:
        """Read the body as a form's fields."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: JSON, or bytes where `raw` is given."""

    status: int = 200
    json: Json = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    """So many bytes of the body are sent, and then the line goes dead; None for all."""

    @property
    def body(self) -> bytes:
        """Give the bytes to send."""
        if self.raw is not None:
            return self.raw
        return b"" if self.json is None else json.dumps(self.json).encode()

    @property
    def kind(self) -> str:
        """Give the media type."""
        default = "application/octet-stream" if self.raw is not None else "application/json; charset=utf-8"
        return self.headers.get("Content-Type", default)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for the machine's name."""
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            self.path,
        )
        answer = self.server.answer(request)
        body = b"" if self.command == "HEAD" else answer.body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name != "Content-Type":
                self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: answer.sent])
        self.close_connection = self.close_connection or answer.sent is not None

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 (http.server's names)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (http.server's name)
        """Keep quiet."""


class Site:
    """A server in a thread of its own, from `start` to `stop`."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self._server = _Server(answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self._server.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def free_port() -> int:
    """Give a port on loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
