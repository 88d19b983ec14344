"""Show that what is spoiled was real: one of each thing that GitLab tells of."""

from __future__ import annotations

import pytest

from tests.forges.gitlab import hostile
from tests.forges.gitlab.hooks import NAMES

pytestmark = pytest.mark.slow


def test_each_kind_of_event_is_among_the_samples() -> None:
    """All that a hook of ours asks for, and every action that merge requests, notes and emoji have here."""
    told = hostile.samples()
    assert {name for _, name in NAMES.values()} <= {event for event, _ in told}
    actions = {(event, payload.get("object_attributes", {}).get("action")) for event, payload in told}
    merge_requests = {action for event, action in actions if event == "Merge Request Hook"}
    assert merge_requests == {"open", "update", "close", "reopen", "merge"}
    assert {action for event, action in actions if event == "Emoji Hook"} == {"award", "revoke"}
    assert {"create", "update"} <= {action for event, action in actions if event == "Note Hook"}
