"""Say what is kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

UNSEEN = timedelta(days=1)
"""A file goes no earlier than so long after something last referred to it, and after it was written."""
COPIES = timedelta(days=90)
"""So long a delivery's id is known, so that a copy of it does nothing. No forge delivers again what is older."""
ASK = timedelta(days=7)
"""So long nothing is asked of an open change, however quiet it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long things are kept. None: for ever. Decisions, approvals and sign-ins always are."""

    closed: timedelta | None = timedelta(days=30)
    """Runs and pictures of changes that are closed, whose branch is gone, or whose repository was lost."""
    superseded: timedelta | None = timedelta(days=3)
    """Runs in whose place a newer one stands, without what somebody decided on."""
    deliveries: timedelta | None = timedelta(days=14)
    """What forges delivered, after it was read."""


def before(now: datetime, kept: timedelta | None) -> datetime | None:
    """Give the moment before which things of a kind are over; None where they never are."""
    return None if kept is None else now - kept
