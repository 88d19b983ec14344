"""Tell whether two texts mean the same, though they are written in another way."""

from __future__ import annotations

import json
from decimal import Decimal

from diffing import yaml_meaning

_MOST_CHARACTERS = 4_000_000
"""Longer texts are not read as JSON: what they become takes two hundred times their memory."""


def alike(golden: str, candidate: str) -> str:
    """Say in a sentence why two texts mean the same; empty where they do not, or nobody can tell."""
    before, after = _json(golden), _json(candidate)
    if before is not None and after is not None:  # YAML would read them too, and find other numbers
        return "The same JSON, written in another way." if before == after else ""
    return "The same YAML, written in another way." if yaml_meaning.alike(golden, candidate) else ""


def _json(text: str) -> tuple[object] | None:
    """Read JSON so that equal means the same: 1 is 1.0 but not `true`, key order is nothing. None: no JSON."""
    if len(text) > _MOST_CHARACTERS:
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_refuse
        )
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return (value,)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice, and readers disagree on which one counts")
    return read


def _number(text: str) -> tuple[str, Decimal]:
    return "number", Decimal(text)


def _refuse(text: str) -> object:
    raise ValueError(f"{text} is no JSON")
