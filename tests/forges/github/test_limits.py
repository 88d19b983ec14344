"""Limits and faults come when a test asks for them, and the pace of writing is remembered."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest

from tests.forges.github.client import Client, as_installation
from tests.forges.github.double import GitHubDouble
from tests.forges.pace import Kind

pytestmark = pytest.mark.slow


@pytest.fixture
def client(github: GitHubDouble) -> Client:
    """Give somebody who may do all that our app may."""
    return as_installation(github, github.repo("octo/app"))


@pytest.mark.parametrize(("kind", "status"), [("secondary", 403), ("secondary-429", 429)])
def test_a_secondary_limit_says_how_long_to_wait(
    github: GitHubDouble, client: Client, kind: Kind, status: int
) -> None:
    """By Retry-After, with 403 or 429; afterwards all is well again."""
    github.limit(kind, retry_after=7, times=2)
    for _ in range(2):
        answer = client.ask("GET", "/repos/octo/app")
        assert (answer.status_code, answer.headers["Retry-After"]) == (status, "7")
        assert "secondary rate limit" in answer.json()["message"]
    assert client.ask("GET", "/repos/octo/app").status_code == 200


def test_the_primary_limit_says_when_it_resets(github: GitHubDouble, client: Client) -> None:
    """By X-RateLimit-Reset, with nothing remaining and no Retry-After."""
    github.limit("primary", retry_after=30)
    answer = client.ask("GET", "/repos/octo/app")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert 0 < int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 30
    assert "Retry-After" not in answer.headers


def test_a_secondary_limit_may_name_no_time(github: GitHubDouble, client: Client) -> None:
    """Then whoever asks waits a minute at least; the double only leaves the header out."""
    github.limit("secondary", retry_after=None)
    assert "Retry-After" not in client.ask("GET", "/repos/octo/app").headers


def test_a_fault_hits_what_it_is_meant_for(github: GitHubDouble, client: Client) -> None:
    """By method and path, so many times."""
    github.fail(r"^GET /repos/octo/app$", 502, times=1)
    assert client.ask("GET", "/repos/octo/app/pulls").status_code == 200
    answer = client.ask("GET", "/repos/octo/app")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert client.ask("GET", "/repos/octo/app").status_code == 200


def test_a_request_without_user_agent_is_refused(github: GitHubDouble) -> None:
    """As GitHub refuses it."""
    connection = HTTPConnection(github.api_url.removeprefix("http://"))
    with closing(connection):
        connection.request("GET", "/rate_limit")
        assert connection.getresponse().status == 403


def test_an_unknown_operation_is_a_violation(github: GitHubDouble, client: Client) -> None:
    """What the contract does not know is never answered quietly."""
    assert client.ask("GET", "/repos/octo/app/secrets").status_code == 500
    [violation] = github.violations
    assert "GET /repos/octo/app/secrets is no operation" in violation
    github.api.violations.clear()


def test_the_pace_of_writing_is_remembered() -> None:
    """The busiest minute is what GitHub's limit of 80 is about."""
    now = [datetime.now(UTC)]
    with GitHubDouble(clock=lambda: now[0]) as github:
        pull = github.repo("octo/app").pull()
        client = as_installation(github, pull.repo)
        for _ in range(5):
            client.post(f"issues/{pull.number}/comments", {"body": "hi"})
            now[0] += timedelta(seconds=25)
        assert len(github.limits.created) == 5
        assert github.limits.busiest_minute() == 3
        assert github.violations == []


def test_what_was_asked_is_remembered(github: GitHubDouble, client: Client) -> None:
    """Operation, path and status of every request, for tests that count."""
    client.get("/repos/octo/app")
    last = github.asked[-1]
    assert (last.operation, last.path, last.status) == ("GET /repos/{owner}/{repo}", "/repos/octo/app", 200)
