"""Spoil payloads as somebody hostile, or a future forge, might: Hypothesis strategies."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Json = Any
LARGE = "ä" * 100_000
ODD: st.SearchStrategy[Json] = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        10**400,
        1e308,
        float("inf"),
        float("nan"),
        "",
        "\x00",
        "\ud800",
        "../../etc/passwd",
        "<!-- golddigger -->",
        "/golddigger approve",
        "'; DROP TABLE runs; --",
        "9" * 5_000,
        LARGE,
        [],
        {},
        [[[[]]]],
        [None],
        {"id": {"id": {"id": None}}},
        {"login": 1, "type": []},
    ]
)
"""Values that no field expects."""
Place = tuple[str | int, ...]


@st.composite
def spoiled(draw: st.DrawFn, real: Json) -> bytes:
    """Give the body of a real payload with up to four fields missing, odd or moved."""
    payload = copy.deepcopy(real)
    for _ in range(draw(st.integers(1, 4))):
        _spoil(draw, payload)
    return written(payload)


def bodies() -> st.SearchStrategy[bytes]:
    """Give bodies that are no payload at all."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner))
    deep = st.integers(100, 5000).map(lambda depth: b"[" * depth + b"]" * depth)
    return trees.map(written) | st.binary(max_size=200) | deep


def written(payload: Json) -> bytes:
    """Write JSON as anybody might who does not care for standards: NaN, Infinity and half characters."""
    return json.dumps(payload).encode()


def half(payload: Json) -> bytes:
    """Write the first half of a payload, as where a line broke."""
    whole = written(payload)
    return whole[: len(whole) // 2]


def _spoil(draw: st.DrawFn, payload: Json) -> None:
    places = sorted(_places(payload), key=_depth)
    if not places:
        return
    place = draw(st.sampled_from(places))
    holder = payload
    for step in place[:-1]:
        holder = holder[step]
    if draw(st.sampled_from([True, False, False])):
        del holder[place[-1]]
    else:
        holder[place[-1]] = copy.deepcopy(draw(ODD))  # a later change may reach into it


def _places(node: Json, above: Place = ()) -> Iterator[Place]:
    """Give the places of all fields; the shallow ones, which matter more, many times over."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        place = (*above, key)
        yield from [place] * max(1, 12 - 5 * len(above))
        yield from _places(value, place)


def _depth(place: Place) -> tuple[int, str]:
    return len(place), str(place)
