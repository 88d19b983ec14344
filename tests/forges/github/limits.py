"""Say no as GitHub does when asked: rate limits and faults that a test switches on, and the pace that was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.forges.pace import Limit, Pace
from tests.forges.web import Answer

Json = Any


@dataclass
class Limits(Pace):
    """The limits of one double."""

    hourly: int = 5000

    def count(self, operation: str, *, created: bool, now: datetime) -> None:
        """Remember a request that was served."""
        if created:
            self.created.append((now, operation))

    def headed(self, answer: Answer, now: datetime) -> Answer:
        """Add the headers that tell how much of the primary limit is left. A 304 is free."""
        self.used += answer.status != 304
        left = max(0, self.hourly - self.used)
        return replace(answer, headers={**_meter(self.hourly, left, now), **answer.headers})

    def refusal(self, limit: Limit, now: datetime) -> Answer:
        """Say no as GitHub does."""
        if limit.kind == "primary":
            headers = _meter(self.hourly, 0, now, limit.retry_after)
            return Answer(403, _message("API rate limit exceeded for installation ID 48000000."), headers=headers)
        wait = {"Retry-After": str(limit.retry_after)} if limit.retry_after is not None else {}
        text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        return Answer(429 if limit.kind == "secondary-429" else 403, _message(text), headers=wait)


def _message(text: str) -> Json:
    page = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
    return {"message": text, "documentation_url": page}


def _meter(most: int, left: int, now: datetime, seconds: int | None = None) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(most),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Used": str(most - left),
        "X-RateLimit-Reset": str(int(now.timestamp()) + (1800 if seconds is None else seconds)),
        "X-RateLimit-Resource": "core",
    }
