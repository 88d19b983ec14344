"""Workflow runs and their artifacts are told, and downloaded from another host."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.forges.github.client import as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.zips import zipped

pytestmark = pytest.mark.slow


def test_an_artifact_is_downloaded_from_another_host(github: GitHubDouble) -> None:
    """The API leads to a signed address; the zip holds what CI kept."""
    pull = github.repo("octo/app").pull()
    github.finish_workflow(pull, {"goldens": {"failures/a_testImage.png": b"1"}})
    client = as_installation(github, pull.repo)
    [run] = client.get(f"actions/runs?head_sha={pull.head}")["workflow_runs"]
    [artifact] = client.get(f"actions/runs/{run['id']}/artifacts")["artifacts"]
    assert artifact["workflow_run"]["head_sha"] == pull.head
    answer = client.ask("GET", f"actions/artifacts/{artifact['id']}/zip")
    assert answer.status_code == 302
    assert not answer.headers["Location"].startswith(github.api_url)
    packed = requests.get(answer.headers["Location"], timeout=5).content
    assert zipfile.ZipFile(io.BytesIO(packed)).read("failures/a_testImage.png") == b"1"
    assert len(packed) == artifact["size_in_bytes"]


def test_a_token_sent_to_the_other_host_is_a_violation(github: GitHubDouble) -> None:
    """Whoever follows the redirect with the Authorization header gives the token away."""
    pull = github.repo("octo/app").pull()
    github.finish_workflow(pull, {"goldens": b"zip"})
    client = as_installation(github, pull.repo)
    [artifact] = github.runs(pull)[0].artifacts
    place = client.ask("GET", f"actions/artifacts/{artifact.id}/zip").headers["Location"]
    assert requests.get(place, headers=client.headers, timeout=5).status_code == 400
    [violation] = github.violations
    assert "carried authorization" in violation
    github.world.store.violations.clear()


def test_the_address_works_for_a_minute() -> None:
    """Later the other host refuses it."""
    now = [datetime.now(UTC)]
    with GitHubDouble(clock=lambda: now[0]) as github:
        place = github.world.store.offer(b"1", "goldens")
        assert requests.get(place, timeout=5).content == b"1"
        now[0] += timedelta(minutes=1)
        assert requests.get(place, timeout=5).status_code == 403
        assert requests.get(place.partition("?")[0], timeout=5).status_code == 403


def test_an_expired_artifact_is_gone(github: GitHubDouble) -> None:
    """It is listed as expired, and cannot be downloaded."""
    pull = github.repo("octo/app").pull()
    github.finish_workflow(pull, {"goldens": b"zip"})
    github.expire(pull)
    client = as_installation(github, pull.repo)
    [artifact] = github.runs(pull)[0].artifacts
    assert client.get(f"actions/artifacts/{artifact.id}")["expired"] is True
    assert client.ask("GET", f"actions/artifacts/{artifact.id}/zip").status_code == 410


def test_a_re_run_is_another_attempt_of_the_same_run(github: GitHubDouble) -> None:
    """Its artifacts are listed beside the first attempt's, under the same name."""
    pull = github.repo("octo/app").pull()
    github.finish_workflow(pull, {"goldens": zipped({"a": b"1"})})
    github.finish_workflow(pull, {"goldens": zipped({"a": b"2"})}, attempt=2, conclusion="success")
    client = as_installation(github, pull.repo)
    [run] = client.get(f"actions/runs?head_sha={pull.head}")["workflow_runs"]
    assert (run["run_attempt"], run["conclusion"]) == (2, "success")
    assert client.get(f"actions/runs/{run['id']}/attempts/1")["conclusion"] == "failure"
    assert client.get(f"actions/runs/{run['id']}/artifacts?name=goldens")["total_count"] == 2


def test_a_run_in_progress_has_no_conclusion(github: GitHubDouble) -> None:
    """It ends when it is finished, as the same run; other workflows are runs of their own."""
    pull = github.repo("octo/app").pull()
    github.start_workflow(pull)
    client = as_installation(github, pull.repo)
    [run] = client.get(f"actions/runs?head_sha={pull.head}&status=in_progress")["workflow_runs"]
    assert (run["status"], run["conclusion"]) == ("in_progress", None)
    github.finish_workflow(pull, conclusion="success")
    github.finish_workflow(pull, name="Lint", conclusion="success")
    assert [one["name"] for one in client.get("actions/runs")["workflow_runs"]] == ["Lint", "CI"]
