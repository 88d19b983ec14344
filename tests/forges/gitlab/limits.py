"""Say no as GitLab does when asked: rate limits and faults that a test switches on, and the pace that was kept.

What a limited request hears: doc/administration/settings/user_and_ip_rate_limits.md (the plain text, the headers).
Limits on one thing, such as 60 notes a minute: lib/api/helpers/rate_limiter.rb, doc/user/gitlab_com/_index.md."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from tests.forges.web import Answer, Request

Kind = Literal["primary", "secondary", "secondary-429"]
"""`primary`: so many requests a minute, told with headers; the others: so many of one thing, told without."""
_MINUTE = timedelta(minutes=1)


@dataclass
class Limit:
    """A limit that answers the next `times` requests."""

    kind: Kind
    retry_after: int | None
    times: int


@dataclass
class Fault:
    """An answer for the next `times` requests whose ``METHOD path`` matches; the path as it was sent, decoded."""

    pattern: re.Pattern[str]
    answer: Answer
    times: int


@dataclass
class Limits:
    """The limits of one double."""

    a_minute: int = 2000
    notes_a_minute: int = 60
    used: int = 0
    switched_on: list[Limit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    created: list[tuple[datetime, str]] = field(default_factory=list)
    """When a note was created, and by whom."""

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
                return _refusal(limit, self.a_minute, now)
        return None

    def note(self, who: str, now: datetime) -> Answer | None:
        """Count a note that is about to be created; give the refusal where there were too many in a minute."""
        recent = sum(who == one and now - at < _MINUTE for at, one in self.created)
        if recent >= self.notes_a_minute:
            return _too_many(60)
        self.created.append((now, who))
        return None

    def busiest_minute(self) -> int:
        """Give the largest number of notes in any minute."""
        times = [at for at, _ in self.created]
        return max((sum(start <= at < start + _MINUTE for at in times) for start in times), default=0)

    def headed(self, answer: Answer, now: datetime) -> Answer:
        """Add the headers that tell how much is left."""
        self.used += 1
        meter = _meter(self.a_minute, max(0, self.a_minute - self.used), now, 60)
        return replace(answer, headers={**meter, **answer.headers})


def _refusal(limit: Limit, most: int, now: datetime) -> Answer:
    if limit.kind != "primary":
        return _too_many(limit.retry_after)
    wait = {} if limit.retry_after is None else {"Retry-After": str(limit.retry_after)}
    meter = _meter(most, 0, now, 60 if limit.retry_after is None else limit.retry_after)
    return Answer(429, raw=b"Retry later\n", headers={"Content-Type": "text/plain", **meter, **wait})


def _too_many(seconds: int | None) -> Answer:
    wait = {} if seconds is None else {"Retry-After": str(seconds)}
    text = "This endpoint has been requested too many times. Try again later."
    return Answer(429, {"message": {"error": text}}, headers=wait)


def _meter(most: int, left: int, now: datetime, seconds: int) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(most),
        "RateLimit-Name": "throttle_authenticated_api",
        "RateLimit-Observed": str(most - left),
        "RateLimit-Remaining": str(left),
        "RateLimit-Reset": str(int(now.timestamp()) + seconds),
    }
