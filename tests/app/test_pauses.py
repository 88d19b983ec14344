"""How long to wait until what was unavailable is tried again, and when that is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.flow import patience
from diffing.words import Unavailable

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@given(st.integers(1, 10_000))
def test_each_try_waits_twice_as_long_up_to_ten_minutes(tries: int) -> None:
    """At least half of it, so that nobody is in a hurry, and never more."""
    whole = min(600.0, 2.0 * 2.0 ** min(tries - 1, 16))
    assert whole / 2 <= patience.pause(Unavailable("away"), "delivery 1", tries) <= whole


@pytest.mark.parametrize(("after", "most"), [(0.0, 0.0), (4.0, 5.0), (3600.0, 3630.0)])
def test_what_a_forge_asks_for_is_kept_and_a_little_more(after: float, most: float) -> None:
    """Never sooner; a quarter later at most, and at most half a minute."""
    for number in range(100):
        assert after <= patience.pause(Unavailable("limit", after), f"delivery {number}", 1) <= most


def test_what_was_put_off_together_comes_back_apart() -> None:
    """A thousand jobs that met the same outage do not meet again."""
    pauses = {patience.pause(Unavailable("limit", 60.0), f"delivery {number}", 3) for number in range(1000)}
    assert len(pauses) > 500


def test_a_week_is_enough() -> None:
    """Then it is given up, and the words say for how long it was tried."""
    assert not patience.is_over(NOW - timedelta(days=7), NOW)
    assert patience.is_over(NOW - timedelta(days=7, seconds=1), NOW)
    assert patience.last_words(Unavailable("GitHub is away.")) == (
        "GitHub is away. It was tried for 7 days, and given up."
    )
