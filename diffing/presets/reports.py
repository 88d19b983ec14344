"""Read the JSON that a tool left in an artifact. Hostile input: nothing is trusted."""

from __future__ import annotations

import json

from diffing.words import Refused

MOST_BYTES = 16 << 20
_MOST_CHARACTERS = 4096


def load(content: bytes) -> object:
    """Give what stands in a report; Refused, with a clause that goes on from "it", where it cannot be read."""
    if len(content) > MOST_BYTES:
        raise Refused(f"it is larger than {MOST_BYTES >> 20} MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as broken:
        raise Refused("it is not JSON, or nested too deeply") from broken


def text(value: object, key: str) -> str:
    """Give a text of a sensible length; empty for whatever else stands there."""
    said = value.get(key) if isinstance(value, dict) else None
    return said if isinstance(said, str) and len(said) <= _MOST_CHARACTERS else ""


def texts(value: object, key: str) -> list[str]:
    """Give the texts of a list, of a sensible length each; none for whatever else stands there."""
    said = value.get(key) if isinstance(value, dict) else None
    listed = said if isinstance(said, list) else []
    return [each for each in listed if isinstance(each, str) and len(each) <= _MOST_CHARACTERS]
