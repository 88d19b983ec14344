"""Stand before a part, and let through or not: who comes while it is shut is refused, who is inside put out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_PIECE = 1 << 16


class Door:
    """One port of loopback before another."""

    def __init__(self, behind: str) -> None:
        address = urlsplit(behind)
        self._behind = (address.hostname or "127.0.0.1", address.port or 80)
        self._lock = threading.Lock()
        self._inside: set[socket.socket] = set()
        self._listening = self._listen(0)
        self._port = self._listening.getsockname()[1]
        self.url = address._replace(netloc=f"127.0.0.1:{self._port}").geturl()

    def shut(self) -> None:
        """Let nobody in any more, and hang up on who is."""
        _hang_up(self._listening)
        with self._lock:
            inside, self._inside = self._inside, set()
        for connection in inside:
            _hang_up(connection)

    def open(self) -> None:
        """Let everybody in again."""
        self._listening = self._listen(self._port)

    def _listen(self, port: int) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._let_in, args=(listening,), daemon=True).start()
        return listening

    def _let_in(self, listening: socket.socket) -> None:
        while True:
            try:
                here, _ = listening.accept()
            except OSError:  # it was shut
                return
            try:
                there = socket.create_connection(self._behind, 10)
            except OSError:
                _hang_up(here)
                continue
            with self._lock:
                self._inside |= {here, there}
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(_PIECE):
                other.sendall(piece)
        with self._lock:
            self._inside -= {one, other}
        _hang_up(one)
        _hang_up(other)


@contextmanager
def before(url: str) -> Iterator[Door]:
    """Put a door before an address, open, until left."""
    door = Door(url)
    try:
        yield door
    finally:
        door.shut()


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
