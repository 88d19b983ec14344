"""Spoil real payloads as somebody hostile, or a future GitHub, might: Hypothesis strategies."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from tests.contract import contract

Json = Any
OURS = frozenset(
    {
        "check_run",
        "check_suite",
        "installation",
        "installation_repositories",
        "issue_comment",
        "pull_request",
        "workflow_run",
    }
)
"""The events that mean something to us."""

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


def payloads(events: frozenset[str] = OURS) -> st.SearchStrategy[tuple[str, Json]]:
    """Give real payloads of these events."""
    return st.sampled_from([(event, payload) for event, payload in contract.payloads() if event in events])


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and the body of a real payload of ours with up to four fields missing, odd or moved."""
    event, real = draw(payloads())
    payload = copy.deepcopy(real)
    for _ in range(draw(st.integers(1, 4))):
        _spoil(draw, payload)
    return draw(st.sampled_from([event, event, event, *sorted(OURS)])), written(payload)


@st.composite
def rubbish(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and a body that is no payload at all."""
    events = st.sampled_from(sorted(OURS)) | st.text("abc_", min_size=1, max_size=20)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    trees = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner))
    deep = st.integers(100, 5000).map(lambda depth: b"[" * depth + b"]" * depth)
    cut = payloads().map(lambda one: written(one[1])[: len(written(one[1])) // 2])
    return draw(events), draw(trees.map(written) | st.binary(max_size=200) | deep | cut)


def written(payload: Json) -> bytes:
    """Write JSON as anybody might who does not care for standards: NaN, Infinity and half characters."""
    return json.dumps(payload).encode()


def _spoil(draw: st.DrawFn, payload: Json) -> None:
    places = sorted(_places(payload), key=_depth)
    if not places:
        return
    place = draw(st.sampled_from(places))
    holder = payload
    for step in place[:-1]:
        holder = holder[step]
    change: Callable[[Json, str | int], None] | None = draw(st.sampled_from([_drop, None, None]))
    if change:
        change(holder, place[-1])
    else:
        holder[place[-1]] = copy.deepcopy(draw(ODD))  # a later change may reach into it


def _drop(holder: Json, key: str | int) -> None:
    del holder[key]


def _places(node: Json, above: Place = ()) -> Iterator[Place]:
    """Give the places of all fields; the shallow ones, which matter more, many times over."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        place = (*above, key)
        yield from [place] * max(1, 12 - 5 * len(above))
        yield from _places(value, place)


def _depth(place: Place) -> tuple[int, str]:
    return len(place), str(place)
