"""Whatever arrives from a GitLab, one delivery never stops the next, and none makes GitLab switch the hook off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings

from tests.forges import spoiling
from tests.forges.gitlab import hostile
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.hooks import sign
from tests.stories.bench import Stage, on_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here: what was delivered before must not matter."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with on_stage("gitlab", folder) as made:
        yield made


def double_of(stage: Stage) -> GitLabDouble:
    """Give the GitLab of the stage."""
    assert isinstance(stage.forge, GitLabDouble)
    return stage.forge


def deliver(stage: Stage, event: str, body: bytes) -> requests.Response:
    """Post a body with the hook's secret, as GitLab would."""
    headers = sign(double_of(stage).webhook_secret, body, event)
    return requests.post(f"{stage.base}/webhooks/gitlab", body, headers=headers, timeout=20)


def commands_are_answered(stage: Stage) -> bool:
    """Write `help` on a new merge request; is there an answer?"""
    double = double_of(stage)
    pull = double.repo(f"octo/app-{len(double.world.repos)}").pull(files={"a.txt": b"1"})
    double.comment(pull, "dev", "/golddigger help")
    return bool(stage.replies(pull))


def handled(stage: Stage) -> None:
    """Hold that all is done, or failed with a reason that is not our own breaking."""
    stage.settle()
    for event, state, why in stage.why():
        assert state in {"done", "failed"}, f"{event}: {state}"
        assert why, event
        assert "itself failed" not in why, f"{event}: {why}"
    assert commands_are_answered(stage)


@pytest.mark.slow
def test_every_payload_is_taken_and_handled(stage: Stage) -> None:
    """Of each kind that GitLab tells of, also of projects that are not there: all are answered with 2xx."""
    for event, payload in hostile.samples():
        answer = deliver(stage, event, spoiling.written(payload))
        assert 200 <= answer.status_code < 300, f"{event}: {answer.status_code} {answer.text}"
    handled(stage)


@pytest.mark.slow
def test_spoiled_payloads_stop_nothing(stage: Stage) -> None:
    """Missing keys, wrong types, huge strings, and what is no JSON: taken, handled, and the next one too."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(hostile.spoiled() | hostile.rubbish())
    def each(delivery: tuple[str, bytes]) -> None:
        answer = deliver(stage, *delivery)
        assert 200 <= answer.status_code < 300, f"{answer.status_code} {answer.text}"

    each()
    handled(stage)


@pytest.mark.parametrize("token", [None, "", "wrong", "ä", "0" * 60_000])
def test_a_delivery_without_the_secret_is_turned_away(stage: Stage, token: str | None) -> None:
    """Missing, another, not ASCII, or far too long: never kept, never repeated, and never our failure."""
    body = b'{"object_kind": "note"}'
    headers: dict[str, str | bytes] = {**sign("", body, "Note Hook")}
    if token is not None:
        headers["X-Gitlab-Token"] = token.encode()
    answer = requests.post(f"{stage.base}/webhooks/gitlab", body, headers=headers, timeout=20)
    assert 400 <= answer.status_code < 500
    assert len(answer.text) < 500
    assert not token or token not in answer.text
