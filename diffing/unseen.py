"""Know the characters that nobody sees, or that make others stand elsewhere."""

from __future__ import annotations

import re
import unicodedata

_SHORT = {
    "\u00a0": "NBSP",
    "\u00ad": "SHY",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2028": "LS",
    "\u2029": "PS",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\u202f": "NNBSP",
    "\u2060": "WJ",
    "\ufeff": "BOM",
    "\x00": "NUL",
    "\x07": "BEL",
    "\x08": "BS",
    "\x0b": "VT",
    "\x0c": "FF",
    "\x1b": "ESC",
    "\x7f": "DEL",
    "\x85": "NEL",
}
# Blank, though Unicode calls some of them letters, marks or signs.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_TURNING = "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_FORMAT = "\u00ad\u0600-\u0605\u06dd\u070f\u180b-\u180f\u200b-\u200d\u2060-\u206f\ufeff\ufff9-\ufffb"
_TAGS = "\U000e0000-\U000e007f"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

MISLEADING = re.compile(f"[{_CONTROL}{_TURNING}]")
"""What makes a line look like another one, or steers a terminal; never shown as it is."""
UNSEEN = re.compile(f"[{_CONTROL}{_TURNING}{_FORMAT}{_TAGS}{_SPACES}{_BLANK}]")
"""All that cannot be seen, or looks like a plain space."""


def short(character: str) -> str:
    """Write a character that cannot be seen: by what people call it, or by its number."""
    return _SHORT.get(character, f"U+{ord(character):04X}")


def name(character: str) -> str:
    """Name a character in full."""
    known = unicodedata.name(character, "") or _SHORT.get(character, "a control character")
    return f"U+{ord(character):04X} {known}"
