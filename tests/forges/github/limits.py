"""Say no as GitHub does when asked: rate limits and faults that a test switches on, and the pace that was kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.forges.web import Answer, Request

Json = Any
Kind = Literal["primary", "secondary", "secondary-429"]


@dataclass
class Limit:
    """A limit that answers the next `times` requests."""

    kind: Kind
    retry_after: int | None
    times: int


@dataclass
class Fault:
    """An answer for the next `times` requests whose ``METHOD path`` matches."""

    pattern: re.Pattern[str]
    answer: Answer
    times: int


@dataclass
class Limits:
    """The limits of one double."""

    hourly: int = 5000
    used: int = 0
    switched_on: list[Limit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    created: list[tuple[datetime, str]] = field(default_factory=list)
    """When content was created, and by which operation: what GitHub allows 80 of a minute."""

    def fault(self, request: Request) -> Answer | None:
        """Give the fault that a test wants for this request."""
        for fault in self.faults:
            if fault.times and fault.pattern.search(f"{request.method} {request.path}"):
                fault.times -= 1
                return fault.answer
        return None

    def limited(self, now: datetime) -> Answer | None:
        """Give the refusal that a test wants for the next requests."""
        for limit in self.switched_on:
            if limit.times:
                limit.times -= 1
                return _refusal(limit, now)
        return None

    def count(self, operation: str, *, created: bool, now: datetime) -> None:
        """Remember a request that was served."""
        if created:
            self.created.append((now, operation))

    def busiest_minute(self) -> int:
        """Give the largest number of content-creating requests in any minute."""
        times = [at for at, _ in self.created]
        return max((sum(start <= at < start + timedelta(minutes=1) for at in times) for start in times), default=0)

    def headed(self, answer: Answer, now: datetime) -> Answer:
        """Add the headers that tell how much of the primary limit is left. A 304 is free."""
        self.used += answer.status != 304
        left = max(0, self.hourly - self.used)
        return replace(answer, headers={**_meter(self.hourly, left, now), **answer.headers})


def _refusal(limit: Limit, now: datetime) -> Answer:
    wait = {"Retry-After": str(limit.retry_after)} if limit.retry_after is not None else {}
    if limit.kind == "primary":
        headers = _meter(5000, 0, now, limit.retry_after)
        return Answer(403, _message("API rate limit exceeded for installation ID 48000000."), headers=headers)
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
