"""How long an approval waits for the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.flow import approve
from app.flow.parts import Parts

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PARTS = cast(Parts, SimpleNamespace(gather=5.0))


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], 0.0),
        ([5], 0.0),
        ([1], 4.0),
        ([9, 2], 3.0),
        ([58, 0], 2.0),
        ([61, 0], -1.0),
    ],
)
def test_each_tick_begins_the_wait_anew_but_not_for_ever(ages: list[int], wait: float) -> None:
    """Five seconds after the last of them, and a minute after the first at the latest."""
    asked: list[Any] = [
        SimpleNamespace(state="requested", requested_at=NOW - timedelta(seconds=age)) for age in ages
    ]
    asked.append(SimpleNamespace(state="committed", requested_at=NOW))
    assert approve._patience(PARTS, asked, NOW) == wait
