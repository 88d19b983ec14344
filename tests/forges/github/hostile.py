"""Spoil GitHub's real payloads: Hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.contract import contract
from tests.forges import spoiling

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


def payloads(events: frozenset[str] = OURS) -> st.SearchStrategy[tuple[str, Json]]:
    """Give real payloads of these events."""
    return st.sampled_from([(event, payload) for event, payload in contract.payloads() if event in events])


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and the body of a real payload of ours with up to four fields missing, odd or moved."""
    event, real = draw(payloads())
    body = draw(spoiling.spoiled(real))
    return draw(st.sampled_from([event, event, event, *sorted(OURS)])), body


@st.composite
def rubbish(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give an event and a body that is no payload at all."""
    events = st.sampled_from(sorted(OURS)) | st.text("abc_", min_size=1, max_size=20)
    cut = payloads().map(lambda one: spoiling.half(one[1]))
    return draw(events), draw(spoiling.bodies() | cut)
