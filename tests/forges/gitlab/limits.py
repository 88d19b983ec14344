"""Say no as GitLab does when asked: rate limits and faults that a test switches on, and the pace that was kept.

What a limited request hears: doc/administration/settings/user_and_ip_rate_limits.md (the plain text, the headers).
Limits on one thing, such as 60 notes a minute: lib/api/helpers/rate_limiter.rb, doc/user/gitlab_com/_index.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tests.forges.pace import MINUTE, Limit, Pace
from tests.forges.web import Answer


@dataclass
class Limits(Pace):
    """The limits of one double."""

    a_minute: int = 2000
    notes_a_minute: int = 60

    def note(self, who: str, now: datetime) -> Answer | None:
        """Count a note that is about to be created; give the refusal where there were too many in a minute."""
        recent = sum(who == one and now - at < MINUTE for at, one in self.created)
        if recent >= self.notes_a_minute:
            return _too_many(60)
        self.created.append((now, who))
        return None

    def headed(self, answer: Answer, now: datetime) -> Answer:
        """Add the headers that tell how much is left."""
        self.used += 1
        meter = _meter(self.a_minute, max(0, self.a_minute - self.used), now, 60)
        return replace(answer, headers={**meter, **answer.headers})

    def refusal(self, limit: Limit, now: datetime) -> Answer:
        """Say no as GitLab does."""
        if limit.kind != "primary":
            return _too_many(limit.retry_after)
        wait = {} if limit.retry_after is None else {"Retry-After": str(limit.retry_after)}
        meter = _meter(self.a_minute, 0, now, 60 if limit.retry_after is None else limit.retry_after)
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
