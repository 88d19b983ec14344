"""Read one file that may be anything: no link, no device, and never more than may be compared."""

from __future__ import annotations

import os
import stat

from diffing.words import Refused

MOST_BYTES = 256 << 20
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read(path: str) -> bytes:
    """Give a file's bytes. Raises Refused, with a clause about "it"."""
    try:
        number = os.open(path, _FLAGS)
        with os.fdopen(number, "rb", buffering=0) as file:
            found = os.fstat(number)
            if not stat.S_ISREG(found.st_mode):
                raise Refused("is no ordinary file")
            if found.st_size > MOST_BYTES:
                raise Refused(f"is larger than {MOST_BYTES >> 20} MiB: draw a smaller one")
            return file.read(found.st_size)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from error
