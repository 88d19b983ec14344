"""Have GitHub deliver again what it could not deliver: of itself it never does.

"Handling failed webhook deliveries" (docs.github.com, webhooks); what an App missed is kept for three days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from bots.events import Missed
from bots.github import paths
from bots.github.app import AppKey
from bots.github.limits import Failed
from bots.github.transport import Asked, Transport

Json = Any
_MOST_PAGES = 20
_FOUND = Asked(method="GET", path="/app/hook/deliveries", params={"per_page": "100", "status": "failure"})


class Redeliveries:
    """The deliveries of one App's webhook, as GitHub remembers them."""

    def __init__(self, transport: Transport, key: AppKey) -> None:
        self._transport = transport
        self._key = key

    def missed(self, since: datetime) -> list[Missed]:
        """Give what failed since then, each delivery once with its last attempt, the oldest first."""
        failed = sorted(self._failed(since), key=lambda each: (each.delivery, each.at, int(each.attempt)))
        tries = [list(of_one) for _, of_one in groupby(failed, lambda each: each.delivery)]
        return sorted((replace(of_one[-1], tries=len(of_one)) for of_one in tries), key=lambda each: each.at)

    def again(self, missed: Missed) -> None:
        """Have one delivered again. What GitHub no longer remembers is let go."""
        path = f"/app/hook/deliveries/{int(missed.attempt)}/attempts"
        try:
            self._transport.send(Asked(method="POST", path=path), self._key.prove())
        except Failed as failed:
            if failed.status not in {404, 422}:
                raise

    def _failed(self, since: datetime) -> Iterator[Missed]:
        asked = _FOUND
        for _ in range(_MOST_PAGES):
            answer = self._transport.send(asked, self._key.prove())
            for told in answer.data:
                attempt = _read(told)
                if attempt.at < since:  # the newest come first
                    return
                if not 200 <= told["status_code"] < 300:  # an older Enterprise Server lists them all
                    yield attempt
            if answer.next is None:
                return
            asked = replace(asked, params=paths.query(answer.next))


def _read(told: Json) -> Missed:
    at = datetime.fromisoformat(told["delivered_at"])
    return Missed(delivery=told["guid"], attempt=str(told["id"]), tries=1, at=at)
