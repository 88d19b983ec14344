"""Which addresses of a queue can be used, and what is said of those that cannot."""

from __future__ import annotations

import pytest

from app.worker import broker as brokers
from diffing.words import Refused, Unavailable
from tests.app.worker.conftest import SERVED, own


@pytest.mark.parametrize(
    "address",
    [
        "memory://",
        "redis://127.0.0.1:1/3",
        "redis://127.0.0.1:1?db=3&namespace=staging&socket_timeout=9",
        "rediss://user:pass@queue.example.org:6380/1?ssl_ca_certs=/etc/ssl/certs/ca.pem",
        "amqp://user:pass@127.0.0.1:1/vhost?heartbeat=60",
        "amqps://user:pass@queue.example.org/%2F?namespace=a-b_c",
    ],
)
def test_an_address_need_not_answer(address: str) -> None:
    """A broker is made though nobody listens there: the server starts while its queue is away."""
    brokers.make(address).close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "kafka://user:hunter2@127.0.0.1:1/",
        "redis://",
        "redis:///0",
        "redis://user:hunter2@127.0.0.1:notaport/0",
        "redis://user:hunter2@127.0.0.1:1/notadatabase?db=hunter2",
        "redis://user:hunter2@127.0.0.1:1/0?no_such_option=1",
        "redis://user:hunter2@127.0.0.1:1/0?namespace=a b",
        "redis://user:hunter2@127.0.0.1:1/0?namespace=",
        "amqp://user:hunter2@[::1/",
        "amqp://user:hunter2@127.0.0.1:1/?heartbeat=hunter2",
        "amqp://user:hunter2@127.0.0.1:1/?namespace=a.DQ",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(address: str) -> None:
    """What is wrong is said, with addresses that work, and nothing that stands in it is repeated."""
    with pytest.raises(Refused) as refused:
        brokers.make(address)
    assert "hunter2" not in str(refused.value)
    assert "queue" in str(refused.value).lower()
    with pytest.raises(Refused):
        brokers.check(address)


@pytest.mark.parametrize("address", ["redis://:hunter2@127.0.0.1:1/0", "amqp://user:hunter2@127.0.0.1:1/"])
def test_one_that_is_away_is_unavailable(address: str) -> None:
    """Nobody listens there now; that passes."""
    with pytest.raises(Unavailable) as unavailable:
        brokers.check(address)
    assert "does not answer" in str(unavailable.value)
    assert "hunter2" not in str(unavailable.value)


@pytest.mark.slow
def test_one_that_answers_is_named(url: str) -> None:
    """Each says what it is."""
    assert brokers.check(url) in ("memory", "Redis", "RabbitMQ")


@pytest.mark.slow
def test_a_rabbitmq_that_lets_us_not_in_is_refused(rabbitmq_url: str) -> None:
    """No waiting mends a wrong password, or a virtual host that is not there."""
    with pytest.raises(Refused, match="user, the password or the virtual host"):
        brokers.check(own(rabbitmq_url.replace("guest:guest", "guest:hunter2")))


def test_queues_are_named_for_those_who_share_a_server() -> None:
    """In RabbitMQ our queues begin with our name, or with that of the address."""
    names = [
        brokers.queue(brokers.make(address), "compare")
        for address in ("memory://", "amqp://127.0.0.1:1/", "amqp://127.0.0.1:1/?namespace=staging")
    ]
    assert names == ["compare", "golddigger.compare", "staging.compare"]
    assert SERVED == ("redis", "rabbitmq")
