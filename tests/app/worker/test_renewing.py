"""Leases are renewed however long the sweep takes."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app import main
from app.worker import broker as brokers
from app.worker import running
from app.worker.stopping import Stop


class Carrier:
    """Waits for a broker with what the sweep asked, and counts renewals meanwhile."""

    def __init__(self) -> None:
        self.outbox = SimpleNamespace(lost=lambda _: None)
        self.idle = True
        self.asking = threading.Event()
        self.over = threading.Event()
        self.renewed = threading.Semaphore(0)

    def renew(self) -> None:
        """Count."""
        self.renewed.release()

    def ask(self, _: object) -> None:
        """Take as long as the test does."""
        self.asking.set()
        self.over.wait(30)

    def stop(self) -> None:
        """Have nothing to put off."""

    def let_go(self) -> None:
        """Have nothing in hand."""


def test_a_slow_sweep_lets_no_lease_lapse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes its time for each of thousands of messages keeps nobody from renewing."""
    monkeypatch.setattr(running, "sweep", lambda *_: [])
    carrier = Carrier()
    with running.running(
        brokers.make("memory://"),
        cast("Any", carrier),
        cast("Any", None),
        main.now,
        places=[],
        every=0.01,
        stop=Stop(1),
        interrupt=lambda: None,
    ):
        assert carrier.asking.wait(5)
        assert all(carrier.renewed.acquire(timeout=5) for _ in range(20))
        carrier.over.set()
