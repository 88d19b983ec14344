"""Have forges deliver again what did not arrive: while we were away, or could not keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from app.flow.parts import Parts
from bots.events import Missed
from storage import deliveries

REMEMBERED = timedelta(days=3)
"""So far back is looked; GitHub forgets what is older."""
_MOST = 100
"""Deliveries asked for in one round: what an outage heaped up comes over several."""
_MOST_TRIES = 8
_FIRST_PAUSE = timedelta(minutes=2)
"""After the first failure; it doubles with each. What fails for some hours is ours to mend, not to try again."""


def recover(parts: Parts, now: datetime) -> int:
    """Ask each forge that remembers its deliveries for those that we do not have; give how many were asked for."""
    asked = 0
    for host, post in parts.posts.items():
        for missed in _lacking(parts, host, post.missed(now - REMEMBERED), now):
            post.again(missed)
            asked += 1
    return asked


def due(missed: Missed, now: datetime) -> bool:
    """Is it time to ask for a delivery once more?"""
    return missed.tries <= _MOST_TRIES and now >= missed.at + _FIRST_PAUSE * 2 ** (missed.tries - 1)


def _lacking(parts: Parts, host: str, missed: Iterable[Missed], now: datetime) -> Iterator[Missed]:
    """Leave out what we do have: its answer came too late for the forge, or it was delivered again meanwhile."""
    wanted = list(islice((each for each in missed if due(each, now)), _MOST * 2))
    with parts.reading() as db:
        kept = deliveries.known(db, host, [each.delivery for each in wanted])
    return islice((each for each in wanted if each.delivery not in kept), _MOST)
