"""GitHub's real payloads are read for what they are, and spoiled ones never raise."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from bots.events import (
    AccessChanged,
    BranchGone,
    Delivery,
    Event,
    HeadMoved,
    Ignored,
    PipelineFinished,
    RerunAsked,
)
from bots.github.webhook import GitHubWebhook
from tests.contract import contract
from tests.forges.github import hostile
from tests.forges.github.hooks import sign

pytestmark = pytest.mark.slow

SECRET = "only GitHub and we know"
WEBHOOK = GitHubWebhook("github.com", [SECRET.encode()], app_id="341000")

MEANINGS: dict[tuple[str, str], type] = {
    ("installation", "created"): AccessChanged,
    ("installation", "deleted"): AccessChanged,
    ("installation", "new_permissions_accepted"): AccessChanged,
    ("installation", "suspend"): AccessChanged,
    ("installation", "unsuspend"): AccessChanged,
    ("installation_repositories", "added"): AccessChanged,
    ("installation_repositories", "removed"): AccessChanged,
    ("pull_request", "closed"): BranchGone,
    ("pull_request", "opened"): HeadMoved,
    ("pull_request", "reopened"): HeadMoved,
    ("pull_request", "synchronize"): HeadMoved,
    ("workflow_run", "completed"): PipelineFinished,
    ("check_run", "completed"): PipelineFinished,
}
"""What real payloads mean to an app that had no part in them; all others mean nothing to it."""


def deliver(event: str, body: bytes, webhook: GitHubWebhook = WEBHOOK) -> Event:
    """Sign a body, verify it, and read it."""
    delivery = webhook.verify(sign(SECRET, body, event), body)
    assert delivery == Delivery("github.com", delivery.id, event, body)
    return webhook.read(delivery)


@pytest.mark.parametrize(
    ("event", "payload"),
    contract.payloads(),
    ids=[f"{at}-{event}-{payload.get('action')}" for at, (event, payload) in enumerate(contract.payloads())],
)
def test_a_real_payload_is_read_for_what_it_is(event: str, payload: dict[str, Any]) -> None:
    """Each of the 329 published ones, signed: what concerns us is read, all else is ignored with a reason."""
    read = deliver(event, json.dumps(payload).encode())
    expected = MEANINGS.get((event, payload.get("action", "")), Ignored)
    if (event, payload.get("action")) == ("check_run", "completed"):
        expected = Ignored if payload["check_run"]["app"].get("slug") == "github-actions" else expected
    assert type(read) is expected
    if isinstance(read, Ignored):
        assert read.why


def test_a_real_request_to_run_our_check_again_is_read_by_the_app_it_is_for() -> None:
    """The app in the payload is told, any other ignores it."""
    asked = [
        payload
        for event, payload in contract.payloads()
        if (event, payload.get("action")) in {("check_run", "rerequested"), ("check_suite", "rerequested")}
    ]
    assert len(asked) == 4
    for payload in asked:
        event = "check_run" if "check_run" in payload else "check_suite"
        app = str(payload[event]["app"]["id"])
        own = GitHubWebhook("github.com", [SECRET.encode()], app_id=app)
        body = json.dumps(payload).encode()
        assert isinstance(deliver(event, body, own), RerunAsked)
        assert isinstance(deliver(event, body), Ignored)


@settings(max_examples=150)
@given(hostile.spoiled())
def test_a_spoiled_payload_never_raises(delivery: tuple[str, bytes]) -> None:
    """Whatever is missing or odd: an event whose texts can be stored, or a reason to ignore it."""
    read = deliver(*delivery)
    assert isinstance(read, get_args(Event))
    assert len(repr(read).encode("utf-8")) < 2_000_000


@given(hostile.rubbish())
def test_rubbish_never_raises(delivery: tuple[str, bytes]) -> None:
    """No JSON, other JSON, JSON nested past any sense: ignored with a reason, if it is not an event by chance."""
    assert isinstance(deliver(*delivery), get_args(Event))
