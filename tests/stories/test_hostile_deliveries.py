"""Whatever arrives at the front door, one delivery never stops the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings

from tests.contract import contract
from tests.forges.github import hostile
from tests.forges.github.hooks import sign
from tests.stories.bench import Stage, on_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here: what was delivered before must not matter."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with on_stage("github", folder) as made:
        yield made


def deliver(stage: Stage, event: str, body: bytes) -> requests.Response:
    """Post a body, signed as GitHub would sign it."""
    headers = sign(stage.github.app.webhook_secret, body, event, app=stage.github.app.id)
    return requests.post(f"{stage.base}/webhooks/github", body, headers=headers, timeout=20)


def commands_are_answered(stage: Stage) -> bool:
    """Write `help` on a new pull request; is there an answer?"""
    path = f"octo/app-{len(stage.github.world.repos)}"
    pull = stage.github.repo(path).pull(files={"a.txt": b"1"})
    stage.github.comment(pull, "dev", "/golddigger help")
    return bool(stage.replies(pull))


@pytest.mark.slow
def test_every_real_payload_is_taken_and_handled(stage: Stage) -> None:
    """All 329 are answered with 2xx, and each is done, or failed with a reason that is not our own breaking."""
    for event, payload in contract.payloads():
        answer = deliver(stage, event, json.dumps(payload).encode())
        assert 200 <= answer.status_code < 300, f"{event}: {answer.status_code} {answer.text}"
    stage.settle()
    outcomes = stage.why()
    assert len(outcomes) >= 329
    for event, state, why in outcomes:
        assert state in {"done", "failed"}, f"{event}: {state}"
        assert why, event
        assert "itself failed" not in why, f"{event}: {why}"
    assert commands_are_answered(stage)


def test_spoiled_payloads_stop_nothing(stage: Stage) -> None:
    """Missing keys, wrong types, huge strings, and what is no JSON: taken, handled, and the next one too."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(hostile.spoiled() | hostile.rubbish())
    def each(delivery: tuple[str, bytes]) -> None:
        answer = deliver(stage, *delivery)
        assert 200 <= answer.status_code < 300, f"{answer.status_code} {answer.text}"

    each()
    stage.settle()
    for event, state, why in stage.why():
        assert state in {"done", "failed"}, f"{event}: {state}"
        assert "itself failed" not in why, f"{event}: {why}"
    assert commands_are_answered(stage)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Hub-Signature-256", None),
        ("X-Hub-Signature-256", ""),
        ("X-Hub-Signature-256", "sha256="),
        ("X-Hub-Signature-256", "sha256=" + "0" * 64),
        ("X-Hub-Signature-256", "sha1=" + "0" * 40),
        ("X-Hub-Signature-256", "sha256=ä" + "0" * 63),
        ("X-Hub-Signature-256", "sha256=" + "0" * 60_000),
    ],
)
def test_an_unsigned_delivery_is_turned_away(stage: Stage, header: str, value: str | None) -> None:
    """Missing, malformed, of the wrong kind, not ASCII, or far too long: never kept, and never our failure."""
    body = b'{"zen": "Speak like a human."}'
    signed: dict[str, str | bytes] = {**sign(stage.github.app.webhook_secret, body, "ping")}
    del signed[header]
    headers = signed if value is None else {**signed, header: value.encode()}
    answer = requests.post(f"{stage.base}/webhooks/github", body, headers=headers, timeout=20)
    assert 400 <= answer.status_code < 500
    assert len(answer.text) < 500
