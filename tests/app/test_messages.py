"""What a sandbox and its children tell each other arrives as it was said."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import messages
from diffing.words import Box, Difference, Kind, Outcome, Rules, Share, Shift, Size, Tolerance

small = st.integers(0, 10_000)
shares = st.floats(0, 1)
regions = st.builds(Box, small, small, small, small) | st.builds(Share, shares, shares, shares, shares)
tolerances = st.builds(
    Tolerance,
    threshold=shares,
    antialiasing=st.booleans(),
    exact=st.booleans(),
    pixels=small,
    ratio=shares,
    size=small,
)
rules = st.builds(
    Rules,
    tolerance=tolerances,
    ignore=st.lists(regions, max_size=3).map(tuple),
    masks=st.lists(st.binary(max_size=20), max_size=3).map(tuple),
    draw=st.booleans(),
)
sizes = st.none() | st.builds(Size, small, small)
differences = st.builds(
    Difference,
    outcome=st.sampled_from(Outcome),
    kind=st.none() | st.sampled_from(Kind),
    golden_size=sizes,
    candidate_size=sizes,
    pixels=small,
    lines=small,
    antialiased=small,
    ratio=shares,
    boxes=st.lists(st.builds(Box, small, small, small, small), max_size=3).map(tuple),
    shift=st.none() | st.builds(Shift, st.sampled_from(["rows", "columns"]), small, small, small),
    fingerprint=st.text(max_size=5),
    exchange=st.text(max_size=5),
    mask=st.none() | st.binary(min_size=1, max_size=20),
    why=st.text(max_size=20),
)


def over(head: messages.Head, parts: list[bytes]) -> messages.Message:
    """Send a message through a pipe."""
    pipe = BytesIO()
    messages.send(pipe, head, parts)
    pipe.seek(0)
    return messages.receive(pipe, most=len(parts))


@given(rules)
def test_rules_arrive(said: Rules) -> None:
    """Regions in pixels and in shares, painted masks, each part of the tolerance."""
    head, masks = messages.write_rules(said)
    assert messages.read_rules(*over(head, list(masks))) == said


@given(differences)
def test_differences_arrive(found: Difference) -> None:
    """Whatever was found, with its mask."""
    assert messages.read_difference(*over(*messages.write_difference(found))) == found


def message(head: bytes, parts: bytes = b"") -> BytesIO:
    """Write a message by hand, as a child that a stranger took over would."""
    return BytesIO(len(head).to_bytes(4) + head + parts)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"lengths": 1}',
        b'{"lengths": ["a"]}',
        b'{"lengths": [-1]}',
        b'{"lengths": [0, 0]}',
        json.dumps({"lengths": [1 << 40]}).encode(),
        b"[" * 100_000,
    ],
)
def test_strange_messages_are_refused(head: bytes) -> None:
    """No message of a child's own making is more than an error: nothing is read that was not asked for."""
    with pytest.raises((ValueError, OSError)):
        messages.receive(message(head), most=1)


def test_half_a_message_is_none() -> None:
    """A child that dies while it answers has not answered."""
    with pytest.raises(BrokenPipeError):
        messages.receive(message(b'{"lengths": [5]}', b"abc"), most=1)
