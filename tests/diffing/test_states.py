"""The tables of states allow what the design draws, and nothing else."""

from __future__ import annotations

import pytest

from diffing import states


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("queued", {"comparing", "failed"}),
        ("comparing", {"queued", "comparing"}),
        ("concluded", {"comparing"}),
        ("failed", {"comparing"}),
        ("superseded", {"queued", "comparing", "failed", "concluded"}),
    ],
)
def test_a_run_reaches_a_state_from_these_alone(after: str, expected: set[str]) -> None:
    """A run concludes and fails only while it is compared, and only a superseded one never moves again."""
    assert set(states.before(states.RUN, after)) == expected


@pytest.mark.parametrize("after", ["committed", "stale", "failed"])
def test_an_approval_ends_only_while_it_is_being_committed(after: str) -> None:
    """Nothing is called committed, stale or failed that nobody had taken in hand."""
    assert states.before(states.APPROVAL, after) == ("committing",)


@pytest.mark.parametrize("moves", [states.RUN, states.APPROVAL])
def test_every_state_that_may_follow_is_a_state(moves: states.Moves) -> None:
    """No arrow leads out of the table."""
    assert {after for following in moves.values() for after in following} <= set(moves)


@pytest.mark.parametrize("end", ["committed", "stale", "failed"])
def test_an_ended_approval_stays_as_it_ended(end: str) -> None:
    """What was written into git, or refused, is not taken up again."""
    assert not states.APPROVAL[end]
