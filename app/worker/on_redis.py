"""Queue in Redis: a broker that says in one way when Redis is away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import redis
from dramatiq import Message, MessageProxy, Middleware
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.common import dq_name, xq_name
from dramatiq.errors import ConnectionClosed
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.worker.depths import Depth
from diffing.words import Refused, Unavailable

_PATIENCE: Mapping[str, Any] = {"socket_connect_timeout": 3, "socket_timeout": 5, "health_check_interval": 30}
"""Seconds. The address may say others: `?socket_timeout=10`."""
_MAINTENANCE = 10_000
"""Of a million commands so many look for messages of the dead: at 30 polls a second one in three seconds."""


def connect(url: str, namespace: str, middleware: list[Middleware]) -> Broker:
    """Give the broker of an address, which need not answer yet; Refused where the address is wrong."""
    return Broker(  # type: ignore[no-untyped-call]
        client=_client(url), namespace=namespace, middleware=middleware, maintenance_chance=_MAINTENANCE
    )


def check(url: str, _namespace: str) -> str:
    """Ask whether Redis answers; Unavailable where it does not, Refused where it lets us not in."""
    client = _client(url)
    try:
        client.ping()
    except redis.AuthenticationError as error:
        raise Refused("Redis refuses the user or the password in GOLDDIGGER_QUEUE_URL.") from error
    except redis.RedisError as error:
        raise Unavailable(f"Redis does not answer ({type(error).__name__}).") from error
    finally:
        client.close()
    return "Redis"


def _client(url: str) -> redis.Redis:
    try:
        # One new try, because a connection that lay idle may be broken. Whoever sends more does not wait here.
        pool = redis.ConnectionPool.from_url(url, **_PATIENCE, retry=Retry(NoBackoff(), 1))
        pool.make_connection()
    except (ValueError, TypeError, redis.RedisError) as error:  # the words may hold what stands in the address
        raise Refused(
            "The address in GOLDDIGGER_QUEUE_URL has a number or an option that Redis does not know."
        ) from error
    return redis.Redis(connection_pool=pool)


class _Consumer(_RedisConsumer):
    """Takes messages; what it cannot give back, the database asks for again."""

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Give messages back."""
        try:
            super().requeue(messages)  # type: ignore[no-untyped-call]
        except redis.ConnectionError as error:  # dramatiq's threads would end of it
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]


class Broker(RedisBroker):
    """Dramatiq's, for which a Redis that does not answer in time, or refuses, is as good as away."""

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        """Give what takes messages."""
        return _Consumer

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Put a message into its queue; ConnectionClosed where Redis is away."""
        try:
            return super().enqueue(message, delay=delay)
        except redis.RedisError as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Close the connections."""
        self.client.connection_pool.disconnect()

    def depths(self, queue: str) -> Depth:
        """Tell what lies in a queue; Unavailable where Redis is away."""
        full = f"{self.namespace}:{queue}"
        with self.client.pipeline(transaction=False) as asked:
            asked.llen(full)
            asked.hlen(f"{full}.msgs")
            asked.hlen(f"{self.namespace}:{dq_name(queue)}.msgs")
            asked.zcard(f"{self.namespace}:{xq_name(queue)}")
            try:
                waiting, kept, delayed, dead = asked.execute()
            except redis.RedisError as error:
                raise Unavailable(f"Redis does not answer ({type(error).__name__}).") from error
        return Depth(waiting=waiting, taken=max(0, kept - waiting), delayed=delayed, dead=dead)

    def _dispatch(self, command: str) -> Callable[..., Any]:
        ask = super()._dispatch(command)  # type: ignore[no-untyped-call]

        def asked(*arguments: Any) -> Any:
            try:
                return ask(*arguments)
            except redis.ConnectionError:
                raise
            except redis.RedisError as error:  # too late, read-only, out of memory, loading
                raise redis.ConnectionError(f"{type(error).__name__}: {error}") from error

        return asked
