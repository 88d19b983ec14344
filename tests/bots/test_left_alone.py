"""A forge that does not answer is left alone for a while, and one whose limit is on is not asked in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from bots.breakers import FAILURES, Away
from bots.quiet import Limited
from tests.bots.github import conftest as on_github
from tests.bots.gitlab import conftest as on_gitlab
from tests.forges.github.double import GitHubDouble
from tests.forges.gitlab.double import GitLabDouble

Ask = Callable[[], object]


@pytest.fixture(autouse=True)
def _tries_without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(params=["github", "gitlab"])
def asking(request: pytest.FixtureRequest) -> tuple[Any, Ask]:
    """Give a double, and a question to it."""
    if request.param == "github":
        github: GitHubDouble = request.getfixturevalue("github")
        pull = github.repo("acme/app", files={"a": b"1"}).pull(files={"a": b"2"})
        forge = on_github.forge_of(github)
        repo = on_github.described(pull.repo)
        return github, lambda: forge.change(repo, str(pull.number))
    gitlab: GitLabDouble = request.getfixturevalue("gitlab")
    merge_request = gitlab.repo("acme/app", files={"a": b"1"}).pull(files={"a": b"2"})
    other, project = on_gitlab.forge_of(gitlab), on_gitlab.described(merge_request.repo)
    return gitlab, lambda: other.change(project, str(merge_request.number))


def test_who_does_not_answer_is_asked_so_often_and_no_more(asking: tuple[Any, Ask]) -> None:
    """Each of many jobs would hold a worker for as long as its time-outs take."""
    double, ask = asking
    ask()
    double.fail(".*", 503, times=1000)
    before = len(double.asked)
    for _ in range(20):
        with pytest.raises(Away):
            ask()
    assert len(double.asked) - before <= FAILURES
    with pytest.raises(Away, match="left alone") as told:
        ask()
    assert told.value.after


def test_while_a_limit_is_on_nothing_is_asked(asking: tuple[Any, Ask]) -> None:
    """Whoever asks all the same is locked out for longer; all jobs hear when it is over."""
    double, ask = asking
    ask()
    double.limit(retry_after=60)
    with pytest.raises(Limited):
        ask()
    before = len(double.asked)
    for _ in range(5):
        with pytest.raises(Limited) as told:
            ask()
        assert told.value.after is not None
        assert 50 < told.value.after <= 61
    assert len(double.asked) == before
