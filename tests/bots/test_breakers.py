"""A host that does not answer is left alone for a while, and asked again afterwards."""

from __future__ import annotations

import time

import pytest

from bots.breakers import Away, Breaker, Breakers, Passing
from diffing.words import Refused, Unavailable


def fail(breaker: Breaker, error: Exception) -> None:
    """Ask, and meet a failure."""
    with pytest.raises(type(error)), breaker.watching():
        raise error


def is_asked(breaker: Breaker) -> bool:
    """Does the breaker let somebody ask?"""
    try:
        with breaker.watching():
            return True
    except Away:
        return False


def test_who_does_not_answer_is_left_alone_and_the_others_hear_when_to_try_again() -> None:
    """Three failures in a row open the circuit; nothing is asked then, and the wait is told."""
    breaker = Breaker("The forge", failures=3, seconds=30)
    for _ in range(3):
        fail(breaker, Passing(Away("no answer")))
    with pytest.raises(Away, match="The forge has not answered for a while") as told, breaker.watching():
        raise AssertionError("it was asked")
    assert told.value.after is not None
    assert 25 < told.value.after < 40


def test_an_answer_closes_it() -> None:
    """Two failures, an answer, two failures: it answers, if not always."""
    breaker = Breaker("The forge", failures=3, seconds=30)
    for _ in range(3):
        fail(breaker, Away("no answer"))
        fail(breaker, Away("no answer"))
        assert is_asked(breaker)


@pytest.mark.parametrize("error", [Refused("no"), Unavailable("a limit", 60), Passing(Unavailable("one request"))])
def test_what_is_about_one_request_opens_nothing(error: Exception) -> None:
    """Refusals, limits, and a fault in one answer come from a host that is there."""
    breaker = Breaker("The forge", failures=1, seconds=30)
    fail(breaker, error)
    assert is_asked(breaker)


def test_after_the_while_it_is_asked_again_and_one_failure_opens_it_anew() -> None:
    """Half open: the first answer decides."""
    breaker = Breaker("The forge", failures=2, seconds=0.1)
    fail(breaker, Away("no answer"))
    fail(breaker, Away("no answer"))
    assert not is_asked(breaker)
    time.sleep(0.2)
    fail(breaker, Away("no answer"))
    assert not is_asked(breaker)
    time.sleep(0.2)
    assert is_asked(breaker)
    assert is_asked(breaker)


def test_one_host_s_silence_is_not_another_s() -> None:
    """Each host has a circuit of its own, and thousands of hosts take no room for ever."""
    breakers = Breakers(failures=1)
    fail(breakers.of("one.example"), Away("no answer"))
    assert not is_asked(breakers.of("one.example"))
    assert is_asked(breakers.of("other.example"))
    for number in range(1_000):
        breakers.of(f"{number}.example")
    assert is_asked(breakers.of("one.example"))
