"""Make the queue's broker from its address."""

from __future__ import annotations

from urllib.parse import urlsplit

from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, CurrentMessage, Retries, ShutdownNotifications

from diffing.words import Refused

_SECOND = 1000
_WEEK = 7 * 24 * 3600 * _SECOND


def make(url: str) -> Broker:
    """Give the broker of `memory://`, the queue inside this process.

    It may be lost with the process without harm: the database knows what is still to be done.
    """
    if urlsplit(url).scheme != "memory":
        raise Refused(f"The queue {url.split(':', 1)[0]}:// is not known. Set GOLDDIGGER_QUEUE_URL to memory://")
    return StubBroker(
        middleware=[
            AgeLimit(max_age=_WEEK),
            ShutdownNotifications(),
            CurrentMessage(),
            Retries(min_backoff=2 * _SECOND, max_backoff=600 * _SECOND, max_retries=100_000),
        ]
    )
