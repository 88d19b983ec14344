"""Say what a failed answer of GitLab means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bots.breakers import AWAY, Away
from bots.quiet import Limited
from diffing.words import Refused, Unavailable

_A_WHILE = 60.0
"""GitLab counts by the minute (doc/user/gitlab_com, rate limits on GitLab.com)."""


class Failed(Refused):
    """GitLab said no, with a status and a message."""

    def __init__(self, status: int, message: str, what: str) -> None:
        super().__init__(f"GitLab refused {what}: {message or 'without a reason'} ({status}).")
        self.status = status
        self.message = message


class Unproven(Unavailable):
    """GitLab does not take the token; or says so in place of that its plan lacks what was asked for."""


def failure(
    status: int, headers: Mapping[str, str], message: str, what: str, now: datetime
) -> Failed | Unavailable:
    """Give the error for an answer: try again (and when), or tell people. `headers`: in lower case."""
    if status == 429:
        return Limited(f"GitLab asks us to slow down: {message}", _wait(headers, now))
    if status == 401:  # whoever runs us mends that, and then what was begun goes on
        why = "it expired or was revoked. Whoever runs Golddigger puts a new one into the settings"
        return Unproven(f"GitLab does not take the token (401): {why}.", _A_WHILE)
    if status >= 500:
        kind = Away if status in AWAY else Unavailable
        return kind(f"GitLab does not work at the moment ({status}).", _seconds(headers.get("retry-after")))
    return Failed(status, message, what)


def _wait(headers: Mapping[str, str], now: datetime) -> float:
    """Give the seconds until the limit is over."""
    if (seconds := _seconds(headers.get("retry-after"))) is not None:
        return seconds
    reset = _seconds(headers.get("ratelimit-reset"))
    return _A_WHILE if reset is None else max(reset - now.timestamp(), 0.0) + 1.0


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else None
