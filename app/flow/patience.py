"""Say how long to wait until what was unavailable is tried again. Pure."""

from __future__ import annotations

from zlib import crc32

from diffing.words import Unavailable

_FIRST, _LONGEST = 2.0, 600.0
_SPREAD = 1024


def pause(unavailable: Unavailable, what: str, tries: int) -> float:
    """Give seconds: what was asked for, or else twice as many with each try, up to ten minutes.

    Of what was put off in one moment each piece waits its own time, or all would come back in one moment too."""
    if unavailable.after is not None:
        return unavailable.after
    share = crc32(f"{what} {tries}".encode()) % _SPREAD / _SPREAD
    return min(_LONGEST, _FIRST * 2.0 ** min(tries - 1, 16)) * (1 + share) / 2
