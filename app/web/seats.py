"""Remember for seconds that somebody may decide, so that 200 decisions ask their forge a dozen times, not 200."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from app.flow import decide as deciding
from app.flow.decide import Seat
from app.flow.parts import Parts
from bots.forge import User
from storage import changes

FRESH = 10.0
"""Seconds that a yes counts. A no is never kept, and the commit asks anew: nothing is written on an old answer."""
_MOST_KEPT = 10_000


class Seats:
    """Who may decide where, as their forge last said. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float], most: int = _MOST_KEPT) -> None:
        self._clock, self._most = clock, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], tuple[float, Seat]] = OrderedDict()

    def take(self, parts: Parts, change_id: int, who: User) -> Seat:
        """Give somebody a seat for one act. Raises as `deciding.seat`."""
        kept = self._find(change_id, who)
        if kept is None or not _as_it_was(parts, kept):
            kept = deciding.seat(parts, change_id, who)
            self._keep(kept)
        return replace(kept, who=who, act=deciding.fresh_act())

    def _find(self, change_id: int, who: User) -> Seat | None:
        with self._lock:
            at, seat = self._kept.get((change_id, who.name), (0.0, None))
        return seat if seat is not None and self._clock() - at < FRESH else None

    def _keep(self, seat: Seat) -> None:
        key = (seat.change_id, seat.who.name)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (self._clock(), seat)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def _as_it_was(parts: Parts, seat: Seat) -> bool:
    """Does the change stand as it did, as far as deliveries have told since?"""
    with parts.reading() as db:
        kept = changes.get(db, seat.change_id)
    return kept.open and (kept.head, kept.base) == (seat.change.head, seat.change.base)
