"""While a limit is on, nothing is asked with those credentials."""

from __future__ import annotations

import pytest

from bots.quiet import Limited, Quiet


class Clock:
    """A clock that is turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limit(quiet: Quiet, tenant: str, after: float | None) -> None:
    """Ask, and be told to slow down."""
    with pytest.raises(Limited), quiet.kept(tenant):
        raise Limited("slow down", after)


def test_a_limit_keeps_its_tenant_still_until_it_is_over() -> None:
    """Nobody asks in vain, which would prolong it; the others are not kept waiting."""
    clock = Clock()
    quiet = Quiet(clock)
    limit(quiet, "acme", 60.0)
    clock.now = 20.0
    with pytest.raises(Limited) as told, quiet.kept("acme"):
        raise AssertionError("it was asked")
    assert told.value.after == 40.0
    with quiet.kept("other"):
        pass
    clock.now = 60.0
    with quiet.kept("acme"):
        pass


def test_a_shorter_limit_ends_no_longer_one_and_none_lasts_for_ever() -> None:
    """Two answers come in any order; an absurd one is not believed."""
    clock = Clock()
    quiet = Quiet(clock)
    slower = quiet.kept("acme")
    slower.__enter__()
    limit(quiet, "acme", 50.0)
    assert not slower.__exit__(Limited, Limited("slow down", 10.0), None)
    clock.now = 40.0
    with pytest.raises(Limited), quiet.kept("acme"):
        raise AssertionError("it was asked")
    clock.now = 51.0
    limit(quiet, "acme", 1e12)
    clock.now = 51.0 + 3600.0
    with quiet.kept("acme"):
        pass


def test_thousands_of_tenants_take_no_room_for_ever() -> None:
    """What is over is forgotten."""
    clock = Clock()
    quiet = Quiet(clock)
    for number in range(10_000):
        limit(quiet, str(number), 10.0)
    clock.now = 11.0
    limit(quiet, "last", 10.0)
    assert len(quiet._until) == 1
