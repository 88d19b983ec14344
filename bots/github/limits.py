"""Say what a failed answer of GitHub means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bots.breakers import AWAY, Away
from bots.quiet import Limited
from diffing.words import Refused, Unavailable

_A_WHILE = 60.0
"""GitHub: where neither header says when, wait a minute at least (docs: rate limits for the REST API)."""
_SECONDARY = ("secondary rate limit", "abuse detection")


class Failed(Refused):
    """GitHub said no, with a status and a message."""

    def __init__(self, status: int, message: str, what: str) -> None:
        super().__init__(f"GitHub refused {what}: {message or 'without a reason'} ({status}).")
        self.status = status
        self.message = message


def failure(
    status: int, headers: Mapping[str, str], message: str, what: str, now: datetime
) -> Failed | Unavailable:
    """Give the error for an answer: try again (and when), or tell people. `headers`: in lower case."""
    after = _limited(status, headers, message, now)
    if after is not None:
        return Limited(f"GitHub asks us to slow down ({status}): {message}", after)
    if status >= 500:
        kind = Away if status in AWAY else Unavailable
        return kind(f"GitHub does not work at the moment ({status}).", _seconds(headers.get("retry-after")))
    return Failed(status, message, what)


def _limited(status: int, headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Give the seconds to wait; None where the answer is about no limit."""
    if status not in {403, 429}:
        return None
    if (seconds := _seconds(headers.get("retry-after"))) is not None:
        return seconds
    reset = _seconds(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        return max(reset - now.timestamp(), 0.0) + 1.0
    if status == 429 or any(words in message.lower() for words in _SECONDARY):
        return _A_WHILE
    return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() and len(text) < 12 else None
