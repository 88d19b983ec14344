"""Say how long to wait until what was unavailable is tried again, and when that is enough. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from diffing.words import Unavailable

_FIRST, _LONGEST = 2.0, 600.0
_MOST_MORE = 30.0
_SPREAD = 1024
_ENOUGH = timedelta(days=7)
"""Whatever was away for so long comes back to other heads: what it was about is over by then."""
_MOST_LAPSES = 5
"""So often may whoever works at a piece be killed, or its machine be lost. Then the piece is the likely cause."""


def pause(unavailable: Unavailable, what: str, tries: int) -> float:
    """Give seconds: what was asked for and up to a quarter more, or twice as many with each try, to ten minutes.

    Of what was put off in one moment each piece waits its own time, or all would come back in one moment too."""
    share = crc32(f"{what} {tries}".encode()) % _SPREAD / _SPREAD
    if unavailable.after is not None:
        return unavailable.after + share * min(unavailable.after / 4, _MOST_MORE)
    return min(_LONGEST, _FIRST * 2.0 ** min(tries - 1, 16)) * (1 + share) / 2


def is_over(since: datetime, now: datetime) -> bool:
    """Was something tried for long enough?"""
    return now - since > _ENOUGH


def ends_all(lapses: int) -> bool:
    """Did a piece of work see off so many who worked at it that nobody else is to try?"""
    return lapses > _MOST_LAPSES


def last_words_of(lapses: int) -> str:
    """Say why something is not tried any more that ended whoever tried."""
    return (
        f"Golddigger's worker ended in the midst of it, {lapses} times; perhaps it takes more memory than there "
        "is. The worker's log, or its machine's, says more."
    )


def last_words(unavailable: Unavailable) -> str:
    """Say why something is not tried any more."""
    return f"{unavailable} It was tried for {_ENOUGH.days} days, and given up."
