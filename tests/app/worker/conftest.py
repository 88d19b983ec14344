"""Give tests a queue: in memory, in Redis, in RabbitMQ, each with names that no other test uses."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SERVED = ("redis", "rabbitmq")
QUEUES = ("memory", *SERVED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave these tests out of the inner loop, but for those without a queue on a server."""
    for item in items:
        if item.path.parent == HERE and "url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=QUEUES)
def url(request: pytest.FixtureRequest) -> str:
    """Give the address of a queue, for each kind there is."""
    if request.param == "memory":
        return "memory://"
    address: str = request.getfixturevalue(f"{request.param}_url")
    return own(address)


def own(address: str) -> str:
    """Give a server's address with a namespace of one's own."""
    return f"{address}?namespace=test-{secrets.token_hex(6)}"
