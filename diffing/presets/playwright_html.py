"""Read Playwright's HTML report: its page holds, packed as a zip, what each test drew. Hostile input."""

from __future__ import annotations

import base64
import re
import struct
import zipfile
import zlib
from io import BytesIO

from diffing.presets import playwright_report, reports
from diffing.presets.playwright_report import Report
from diffing.words import Refused

_MOST_BYTES = 64 << 20
_MOST_LISTED = 1 << 20
"""Of the packed files' list; one entry takes at least 46 bytes."""
_PACKED = re.compile(rb"playwrightReportBase64[^<]{0,40}?data:application/zip;base64,([A-Za-z0-9+/=]+)")
_KEPT = re.compile(r"(?:^|/)data/[0-9a-f]{40}\.\w+\Z")
_END, _FAR_END = b"PK\x05\x06", b"PK\x06\x07"
_BROKEN = (
    *(ValueError, KeyError, EOFError, OSError, OverflowError, NotImplementedError),
    *(struct.error, zlib.error, zipfile.BadZipFile),
)
_UNREADABLE = "it is no report of Playwright's, or damaged"


def is_kept(path: str) -> bool:
    """Is a file named as those are that the page shows?"""
    return _KEPT.search(path) is not None


def read(content: bytes) -> Report | None:
    """Read a report; None where the page is another. Refused where it cannot be read."""
    if len(content) > _MOST_BYTES:
        raise Refused(f"it is larger than {_MOST_BYTES >> 20} MiB")
    packed = _PACKED.search(content)
    if packed is None:
        return None
    try:
        return playwright_report.of_page(reports.load(_report(base64.b64decode(packed[1]))))
    except _BROKEN as broken:
        raise Refused(_UNREADABLE) from broken


def _report(packed: bytes) -> bytes:
    """Unpack the one file that tells of all tests. The list of files is read only once it is known to be short."""
    end = packed[-22:]
    listed = int.from_bytes(end[12:16], "little")
    if not end.startswith(_END) or packed[-42:].startswith(_FAR_END) or listed > _MOST_LISTED:
        raise Refused(_UNREADABLE)
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        told = archive.getinfo("report.json")
        if told.flag_bits & 1 or told.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(_UNREADABLE)
        with archive.open(told) as file:
            return file.read(reports.MOST_BYTES + 1)
