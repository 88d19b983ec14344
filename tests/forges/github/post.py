"""Post webhooks to the bot, and remember how that went."""

from __future__ import annotations

import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.forges.github.hooks import Webhook
from tests.forges.github.world import World, stamp

Json = Any
PATIENCE = 10.0
"""Seconds that GitHub waits for an answer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a webhook."""

    id: int
    webhook: Webhook
    at: datetime
    duration: float
    status: int
    redelivery: bool
    repeat: Callable[[Webhook], None]

    @property
    def ok(self) -> bool:
        """Did the bot take it?"""
        return 200 <= self.status < 300

    def shown(self) -> Json:
        """Show it as the API does."""
        return {
            "id": self.id,
            "guid": self.webhook.id,
            "delivered_at": stamp(self.at),
            "redelivery": self.redelivery,
            "duration": round(self.duration, 2),
            "status": "OK" if self.ok else "Invalid HTTP Response",
            "status_code": self.status,
            "event": self.webhook.event,
            "action": self.webhook.action,
            "installation_id": self.webhook.installation,
            "repository_id": self.webhook.repo,
        }

    def again(self) -> None:
        """Deliver it again, later."""
        self.repeat(self.webhook)


class Post:
    """Posts to one address: at once for what people do, later for what the app itself caused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url: str | None = None
        self._waiting: queue.SimpleQueue[tuple[Webhook, bool] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def now(self, webhook: Webhook, *, redelivery: bool = False) -> int:
        """Post a webhook and give the status; 0 where nobody answered."""
        assert self.url, "set webhook_url first"
        start = time.perf_counter()
        status = _post(self.url, webhook)
        took = time.perf_counter() - start
        with self.world.lock:
            number = self.world.next("delivery")
            self.world.delivered.append(
                Delivery(number, webhook, self.world.now(), took, status, redelivery, self._again)
            )
        return status

    def later(self, webhook: Webhook, *, redelivery: bool = False) -> None:
        """Post a webhook from a thread, in order."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._waiting.put((webhook, redelivery))

    def stop(self) -> None:
        """Post what waits, and end."""
        if self._thread:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _again(self, webhook: Webhook) -> None:
        self.later(webhook, redelivery=True)

    def _work(self) -> None:
        while (one := self._waiting.get()) is not None:
            self.now(one[0], redelivery=one[1])


def _post(url: str, webhook: Webhook) -> int:
    request = urllib.request.Request(url, webhook.body, dict(webhook.headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
