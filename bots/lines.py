"""Find the lines of a comment that somebody meant as words: neither code, nor quote, nor hidden. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_ASIDE = re.compile(r" {4}| {0,3}\t| {0,3}>")
_RAW = re.compile(r"<!--|<(?:pre|script|style)\b", re.IGNORECASE)
_RAW_ENDS = {"<!--": "-->", "<pre": "</pre>", "<script": "</script>", "<style": "</style>"}


def spoken(text: str) -> Iterator[str]:
    """Give those lines, each up to where hidden text begins on it, without spaces at its end."""
    closing = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if closing:
            closing = "" if _closes(line, closing) else closing
        elif fence := _FENCE.match(line):
            closing = fence[1]
        elif not _ASIDE.match(line):
            yield _RAW.split(line, maxsplit=1)[0].rstrip()
            closing = _left_open(line)


def _closes(line: str, closing: str) -> bool:
    if closing in _RAW_ENDS.values():
        return closing in line.lower()
    bare = line.strip()
    return len(bare) >= len(closing) and not bare.strip(closing[0]) and not line.startswith("    ")


def _left_open(line: str) -> str:
    """Give what ends the hidden text that begins on a line and does not end there; empty where none does."""
    lower, at = line.lower(), 0
    while found := _RAW.search(lower, at):
        end = lower.find(_RAW_ENDS[found[0]], found.end())
        if end < 0:
            return _RAW_ENDS[found[0]]
        at = end
    return ""
