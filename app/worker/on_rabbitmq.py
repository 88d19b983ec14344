"""Queue in RabbitMQ: a broker with one connection to send by, whichever thread sends."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import RLock
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pika
from dramatiq import Message, Middleware
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import ConnectionClosed
from pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from app.worker.depths import Depth
from diffing.words import Refused, Unavailable

_PATIENCE: Mapping[str, str] = {
    "connection_attempts": "1",
    "socket_timeout": "3",
    "stack_timeout": "5",
    "blocked_connection_timeout": "10",
    "heartbeat": "30",
}
"""Seconds. The address may say others: `?heartbeat=60`."""
_PAUSE = 2.0
"""Seconds after a connection could not be opened until it is tried again: dramatiq tries a dozen times on end."""
_CONNECTION: Any = vars(RabbitmqBroker)["connection"]
_WRONG = (ProbableAccessDeniedError, ProbableAuthenticationError)


def connect(url: str, namespace: str, middleware: list[Middleware]) -> Broker:
    """Give the broker of an address, which need not answer yet; Refused where the address is wrong."""
    return Broker(_patient(url), namespace, middleware)


def check(url: str, _namespace: str) -> str:
    """Ask whether RabbitMQ answers; Unavailable where it does not, Refused where it lets us not in."""
    try:
        pika.BlockingConnection(_parameters(_patient(url))).close()
    except _WRONG as error:
        raise Refused(
            "RabbitMQ refuses the user, the password or the virtual host in GOLDDIGGER_QUEUE_URL."
        ) from error
    except (AMQPError, OSError) as error:
        raise Unavailable(f"RabbitMQ does not answer ({type(error).__name__}).") from error
    return "RabbitMQ"


def _patient(url: str) -> str:
    """Put our time-outs into an address, as far as it has none."""
    address = urlsplit(url)
    options = {**_PATIENCE, **dict(parse_qsl(address.query))}
    return address._replace(query=urlencode(options)).geturl()


def _parameters(url: str) -> pika.URLParameters:
    try:
        return pika.URLParameters(url)
    except Exception as error:  # whatever pika trips over; its words may hold what stands in the address
        raise Refused(
            "The address in GOLDDIGGER_QUEUE_URL has a number or an option that RabbitMQ's client does not know."
        ) from error


class Broker(RabbitmqBroker):
    """Dramatiq's, with one connection for all that is sent.

    Dramatiq has one a thread. The web's threads come and go, and each would leave its connection open."""

    def __init__(self, url: str, namespace: str, middleware: list[Middleware]) -> None:
        _parameters(url)  # wrong ones are refused here
        super().__init__(url=url, middleware=middleware, confirm_delivery=True)
        self.prefix = f"{namespace}."
        self.state = SimpleNamespace()  # type: ignore[assignment]
        self._one = RLock()
        self._not_before = 0.0

    def _opened(self) -> Any:
        """Give the connection to send by, opened where there is none."""
        if time.monotonic() < self._not_before:
            raise AMQPConnectionError("RabbitMQ did not answer just now")
        try:
            return _CONNECTION.fget(self)
        except (AMQPError, OSError) as error:  # the latter: a name that is not known, a broken handshake
            self._not_before = time.monotonic() + _PAUSE
            raise AMQPConnectionError(error) from error

    connection = _CONNECTION.getter(_opened)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Put a message into its queue, and wait until RabbitMQ has it; ConnectionClosed where it is away."""
        with self._one:
            return super().enqueue(message, delay=delay)

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        """Make sure that a queue is there; ConnectionClosed where RabbitMQ is away."""
        with self._one:
            super().declare_queue(queue_name, ensure=ensure)

    def depths(self, queue: str) -> Depth:
        """Tell what lies in a queue; Unavailable where RabbitMQ is away."""
        try:
            with self._one:
                self.declare_queue(queue, ensure=True)
                waiting, delayed, dead = self.get_queue_message_counts(queue)
        except (AMQPError, ConnectionClosed) as error:
            raise Unavailable("RabbitMQ does not answer.") from error
        return Depth(waiting=waiting, taken=None, delayed=delayed, dead=dead)
