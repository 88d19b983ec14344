"""Take a picture out of a log, where it stands as one line of base64."""

from __future__ import annotations

import binascii
import re

from diffing.formats import sniff
from diffing.words import Refused

_MOST_BYTES = 64 << 20
"""As many as a file in an artifact may have."""
_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_BROKEN = "stands in the log as no whole line of base64: let CI keep the log as it was written, with whole lines"


def picture(log: bytes, at: int) -> bytes:
    """Give the picture whose base64 begins at this byte of a log, and goes on to the line's end.

    Raises Refused with a clause that goes on from "The candidate …"."""
    end = log.find(b"\n", at)
    written = log[at : end if end >= 0 else len(log)].rstrip(b" \t\r")
    if not _LINE.fullmatch(written):
        raise Refused(_BROKEN)
    if len(written) > _MOST_BYTES * 4 // 3:
        raise Refused(f"has more than {_MOST_BYTES >> 20} MiB in the log: draw a smaller one")
    try:
        content = binascii.a2b_base64(written, strict_mode=True)
    except binascii.Error as broken:
        raise Refused(_BROKEN) from broken
    if not sniff(content).is_image:
        raise Refused("stands in the log as base64, and is no picture: let the test print a PNG")
    return content
