"""Buckets: who guesses is slowed down, and nobody else."""

from __future__ import annotations

from app.web.buckets import Buckets


class Clock:
    """A clock that moves when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_emptied_and_fills_again() -> None:
    """After so many tries the next is refused, until one more has dripped in."""
    clock = Clock()
    buckets = Buckets(clock=clock, most=3, every=6.0)
    assert [buckets.take("a") for _ in range(5)] == [True, True, True, False, False]
    clock.now += 6.0
    assert [buckets.take("a"), buckets.take("a")] == [True, False]


def test_each_client_has_a_bucket() -> None:
    """One client's tries do not slow down another."""
    buckets = Buckets(clock=Clock(), most=1)
    assert buckets.take("a")
    assert buckets.take("b")
    assert not buckets.take("a")


def test_refused_tries_do_not_lengthen_the_wait() -> None:
    """Somebody who keeps pressing is let in as soon as somebody who waited."""
    clock = Clock()
    buckets = Buckets(clock=clock, most=1, every=6.0)
    assert buckets.take("a")
    assert not any(buckets.take("a") for _ in range(50))
    clock.now += 6.0
    assert buckets.take("a")


def test_memory_is_bounded() -> None:
    """Many clients push out the one that came first, which then has a full bucket again."""
    buckets = Buckets(clock=Clock(), most=1, clients=10)
    assert buckets.take("first")
    for number in range(10):
        assert buckets.take(str(number))
    assert buckets.take("first")
