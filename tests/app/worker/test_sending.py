"""A queue that is away is no error for whoever sends, is said once, and costs little time."""

from __future__ import annotations

from typing import Any

import pytest
from dramatiq.errors import ConnectionClosed
from structlog.testing import capture_logs

from app.flow.jobs import Approve, Ingest, Job
from app.worker.sending import Outbox


class Wire:
    """An actor whose queue may be away."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self.sent: list[dict[str, Any]] = []

    def send_with_options(self, **said: Any) -> None:
        """Send."""
        self.asked += 1
        if self.away:
            raise ConnectionClosed(OSError("nobody listens"))  # type: ignore[no-untyped-call]
        self.sent.append(said)


@pytest.fixture
def wire() -> Wire:
    """Give an actor."""
    return Wire()


def outbox(wire: Wire, ticks: list[float]) -> Outbox:
    """Give an outbox, and somebody else's clock."""
    actors: Any = dict.fromkeys(("ingest", "approve"), wire)
    return Outbox(actors, ticks=lambda: ticks[0])


def test_what_is_sent_are_ids(wire: Wire) -> None:
    """And when it is due, in milliseconds; and how often it broke us, where it did."""
    box = outbox(wire, [0.0])
    assert box.put(Ingest(7))
    assert box.put(Approve(8), 1.5, broke=2)
    assert wire.sent == [{"args": (7,), "delay": None}, {"args": (8,), "delay": 1500, "broke": 2}]
    assert not box.put(Ingest(9), 61.0)


def test_a_queue_that_is_away_is_said_once_and_rarely_asked(wire: Wire) -> None:
    """Whoever sends meanwhile goes on at once; when it is back, that is said too."""
    ticks = [0.0]
    box = outbox(wire, ticks)
    wire.away = True
    jobs: list[Job] = [Ingest(number) for number in range(100)]
    with capture_logs() as logs:
        assert not any(box.put(each) for each in jobs)
        assert wire.asked == 1
        ticks[0] = 2.1
        assert not any(box.put(each) for each in jobs)
        assert wire.asked == 2
        wire.away = False
        assert not box.put(Ingest(1))
        ticks[0] = 4.3
        assert all(box.put(each) for each in jobs)
    assert [each["event"] for each in logs] == ["the queue is away", "the queue is back"]
