"""Make the queue's broker from its address."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from dramatiq import Broker, Middleware
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, CurrentMessage, Retries, TimeLimit

from diffing.words import Refused

_SECOND = 1000
_WEEK = 7 * 24 * 3600 * _SECOND
_OWN = "golddigger"
"""What our keys and queues begin with, where the address names no other `namespace`."""
_MODULES = {"redis": "on_redis", "rediss": "on_redis", "amqp": "on_rabbitmq", "amqps": "on_rabbitmq"}
USABLE = (
    "Set GOLDDIGGER_QUEUE_URL to memory://, redis://HOST:6379/0, rediss://USER:PASSWORD@HOST:6379/0, "
    "amqp://USER:PASSWORD@HOST:5672/ or amqps://USER:PASSWORD@HOST:5671/."
)


def make(url: str) -> Broker:
    """Give the broker of an address, which need not answer yet; Refused where the address is wrong.

    `memory://` is the queue inside this process. Any of them may be lost without harm: the database knows what
    is still to be done."""
    address = _split(url)
    if address.scheme == "memory":
        return StubBroker(middleware=middleware())
    plain, namespace = _apart(address)
    broker: Broker = _module(address.scheme).connect(plain, namespace, middleware())
    return broker


def check(url: str) -> str:
    """Ask a queue whether it answers, and give its name; Unavailable where not, Refused where it is wrong."""
    address = _split(url)
    if address.scheme == "memory":
        return "memory"
    plain, namespace = _apart(address)
    check: Callable[[str, str], str] = _module(address.scheme).check
    return check(plain, namespace)


def in_memory(url: str) -> bool:
    """Does the queue of this address live inside the process?"""
    return urlsplit(url).scheme == "memory"


def queue(broker: Broker, name: str) -> str:
    """Give the name by which a broker knows one of our queues. Only RabbitMQ has no room for each user's own."""
    return f"{getattr(broker, 'prefix', '')}{name}"


def middleware() -> list[Middleware]:
    """Give what every message passes. When a job is due again is in the database; the retries here are for the
    time in which the database itself is away."""
    return [
        AgeLimit(max_age=_WEEK),
        TimeLimit(time_limit=3600 * _SECOND, interval=_SECOND),  # each kind of message has its own
        CurrentMessage(),
        Retries(min_backoff=2 * _SECOND, max_backoff=60 * _SECOND, max_retries=100_000),  # AgeLimit ends them
    ]


def _module(scheme: str) -> ModuleType:  # pika and redis are loaded only where they are needed
    return import_module(f"app.worker.{_MODULES[scheme]}")


def _split(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError as error:
        raise Refused(f"The queue's address cannot be read. {USABLE}") from error
    if address.scheme != "memory" and address.scheme not in _MODULES:
        raise Refused(f"The queue {address.scheme or 'without a scheme'} is not known. {USABLE}")
    if address.scheme != "memory" and not address.hostname:
        raise Refused(f"The queue's address names no host. {USABLE}")
    return address


def _apart(address: SplitResult) -> tuple[str, str]:
    """Take our own option off an address: `?namespace=staging`, for several Golddiggers on one server."""
    options = parse_qsl(address.query, keep_blank_values=True)
    named = [value for name, value in options if name == "namespace"]
    if not all(each.replace("-", "").replace("_", "").isalnum() and each.isascii() for each in named):
        raise Refused("The queue's namespace may hold letters, digits, - and _ only.")
    rest = urlencode([(name, value) for name, value in options if name != "namespace"])
    return address._replace(query=rest).geturl(), named[-1] if named else _OWN
