"""Post webhooks to the bot, remember how that went, and switch hooks off that fail, as GitLab does."""

from __future__ import annotations

import queue
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.forges.gitlab.hooks import Webhook
from tests.forges.gitlab.world import Hook, World

PATIENCE = 10.0
"""Seconds that GitLab waits for an answer."""
MOST_FAILURES = 3
"""One more in a row, and a hook is switched off (doc/user/project/integrations/webhooks.md, "Auto-disabled")."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a webhook. `status`: 0 where nobody answered."""

    webhook: Webhook
    at: datetime
    duration: float
    status: int

    @property
    def ok(self) -> bool:
        """Did the bot take it?"""
        return 200 <= self.status < 300


class Post:
    """Posts to the hooks' addresses: at once for what people do, later for what the bot itself caused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url: str | None = None
        self.delivered: list[Delivery] = []
        self._waiting: queue.SimpleQueue[Webhook | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def address(self, hook: Hook) -> str | None:
        """Give where a hook posts; None where nobody listens yet."""
        return hook.url or self.url

    def now(self, webhook: Webhook) -> int:
        """Post a webhook and give the status; 0 where nobody answered."""
        address = self.address(webhook.hook)
        assert address, "set webhook_url first"
        start = time.perf_counter()
        status = _post(address, webhook)
        took = time.perf_counter() - start
        with self.world.lock:
            self.delivered.append(Delivery(webhook, self.world.now(), took, status))
            _judge(webhook.hook, status, self.world.now())
        return status

    def later(self, webhook: Webhook) -> None:
        """Post a webhook from a thread, in order."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._waiting.put(webhook)

    def stop(self) -> None:
        """Post what waits, and end."""
        if self._thread:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (one := self._waiting.get()) is not None:
            self.now(one)


def _judge(hook: Hook, status: int, now: datetime) -> None:
    """Count failures in a row: too many of the caller's fault (4xx) end a hook, others make it pause."""
    if 200 <= status < 400:
        hook.failures, hook.backoffs, hook.permanent, hook.until = 0, 0, False, None
        return
    hook.failures += 1
    if hook.failures <= MOST_FAILURES:
        return
    if 400 <= status < 500:
        hook.permanent = True
    else:
        hook.until = now + min(FIRST_PAUSE * 2**hook.backoffs, LONGEST_PAUSE)
        hook.backoffs = min(hook.backoffs + 1, 11)


def _post(address: str, webhook: Webhook) -> int:
    request = urllib.request.Request(address, webhook.body, dict(webhook.headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0
