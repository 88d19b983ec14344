"""Decode what forges deliver, in bounded room: few values are many bytes, many bytes are not many values. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

Json = Any
MOST_VALUES = 250_000
"""A pipeline of a thousand jobs has 45,000. Each takes some hundred bytes, however short it is written."""
_STRING_OR_VALUE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{,]', re.DOTALL)


def decode(body: bytes) -> Json:
    """Decode JSON.

    Raises ValueError or RecursionError where it is none, too much, or no database keeps its text."""
    if _has_too_many(body):
        raise ValueError("too many values")
    payload = json.loads(body.decode())
    _check_text(payload)
    return payload


def _has_too_many(body: bytes) -> bool:
    # Nearly always the bytes themselves are few enough, and nobody asks which of them stand in strings.
    if sum(map(body.count, (b"[", b"{", b","))) <= MOST_VALUES:
        return False
    values = (each for each in _STRING_OR_VALUE.finditer(body) if body[each.start()] != ord('"'))
    return any(number > MOST_VALUES for number, _ in enumerate(values, 1))


def _check_text(payload: Json) -> None:
    """Raise ValueError for text that no database keeps: halves of characters, and NUL."""
    left = [payload]
    while left:
        match left.pop():
            case str(text):
                _check(text)
            case list(each):
                left.extend(each)
            case dict(members):
                left.extend(members)
                left.extend(members.values())


def _check(text: str) -> None:
    if "\0" in text:
        raise ValueError("NUL")
    if not text.isascii():
        text.encode()
