"""External status checks: ours are answered, others' are not, and where there are none that costs nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bots.forge import Change, Conclusion, Publications, Report
from bots.gitlab.forge import GitLab
from bots.pacing import at_once
from diffing.words import Sha, Unavailable
from tests.bots.gitlab.conftest import HOST, change_of
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

ADDRESS = "https://golddigger.example.org"
ELSEWHERE = "https://compliance.example.org/checks"


class Clock:
    """A clock that a test turns on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(gitlab: GitLabDouble) -> Clock:
    """Give a clock."""
    return Clock(gitlab.world.clock())


@pytest.fixture
def forge(gitlab: GitLabDouble, clock: Clock) -> GitLab:
    """Give a forge that knows where people find us."""
    return GitLab(
        url=gitlab.url, token=gitlab.token, host=HOST, clock=clock, pacer=at_once(), address=f"{ADDRESS}/"
    )


@pytest.fixture
def pull(repo: world.Repo) -> world.Pull:
    """Give a merge request."""
    return repo.pull(files={"a": b"1"})


def report(pull: world.Pull, conclusion: Conclusion | None = Conclusion.SUCCESS) -> Report:
    """Word a report."""
    return Report(
        head=Sha(pull.head),
        handle="4",
        conclusion=conclusion,
        title="All well",
        summary="",
        url=f"{ADDRESS}/runs/r",
    )


def say(forge: GitLab, change: Change, told: Report) -> None:
    """Publish to the end."""
    list(forge.publish(change, told, Publications()))


def asked(gitlab: GitLabDouble) -> int:
    """Count what was asked about external checks."""
    return sum("/status_check" in each.path for each in gitlab.asked)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("golddigger", ELSEWHERE),
        ("Golddigger", ELSEWHERE),
        ("Goldens", ADDRESS),
        ("Goldens", f"{ADDRESS}/webhooks/gitlab?token=1"),
    ],
)
def test_a_check_of_our_name_or_to_our_address_is_ours(
    forge: GitLab, repo: world.Repo, pull: world.Pull, name: str, address: str
) -> None:
    """GitLab wants an address of each; whichever of the two people made ours by."""
    check = repo.external_check(name, address)
    other = repo.external_check("Compliance", f"{ADDRESS}.evil.example/")
    say(forge, change_of(forge, pull), report(pull))
    assert (check.status(pull), other.answers) == ("passed", [])


@pytest.mark.parametrize(
    ("conclusion", "status"),
    [
        (Conclusion.SUCCESS, "passed"),
        (Conclusion.NEUTRAL, "passed"),
        (Conclusion.FAILURE, "failed"),
        (Conclusion.ACTION_REQUIRED, "failed"),
    ],
)
def test_every_conclusion_is_an_answer(
    forge: GitLab, repo: world.Repo, pull: world.Pull, conclusion: Conclusion, status: str
) -> None:
    """What awaits somebody holds merging up; where there was nothing to compare, nothing does."""
    check = repo.external_check("golddigger", ADDRESS)
    say(forge, change_of(forge, pull), report(pull, conclusion))
    assert check.status(pull) == status


def test_what_stands_is_not_said_again(forge: GitLab, repo: world.Repo, pull: world.Pull) -> None:
    """Each publication says the whole."""
    check = repo.external_check("golddigger", ADDRESS)
    for _ in range(2):
        say(forge, change_of(forge, pull), report(pull))
    assert len(check.answers) == 1


def test_under_way_it_only_takes_back_that_it_passed(forge: GitLab, repo: world.Repo, pull: world.Pull) -> None:
    """GitLab lets whatever was said to be pending fail after two minutes, and CI takes longer."""
    check = repo.external_check("golddigger", ADDRESS)
    change = change_of(forge, pull)
    say(forge, change, report(pull, None))
    assert check.answers == []
    say(forge, change, report(pull))
    say(forge, change, report(pull, None))
    assert [each[2] for each in check.answers] == ["passed", "pending"]
    say(forge, change, report(pull, Conclusion.FAILURE))
    say(forge, change, report(pull, None))
    assert check.status(pull) == "failed"


def test_before_ci_ended_nothing_is_said(gitlab: GitLabDouble, forge: GitLab, pull: world.Pull) -> None:
    """There is no verdict to tell of."""
    say_nothing = replace(report(pull), begun=False)
    assert list(forge.publish(change_of(forge, pull), say_nothing, Publications())) == []
    assert asked(gitlab) == 0


@pytest.mark.parametrize("status", [401, 403, 404])
def test_where_there_are_no_such_checks_it_is_asked_once_in_a_while(
    gitlab: GitLabDouble, forge: GitLab, clock: Clock, pull: world.Pull, status: int
) -> None:
    """Without the plan GitLab says 401, and the Community Edition 404: the status stands all the same."""
    if status != 401:
        gitlab.fail("GET .*/status_checks", status, times=2)
    change = change_of(forge, pull)
    for _ in range(3):
        say(forge, change, report(pull))
    assert asked(gitlab) == 1
    assert [each.status for each in gitlab.statuses(pull)] == ["success"]
    clock.now += timedelta(hours=2)
    say(forge, change, report(pull))
    assert asked(gitlab) == 2


def test_a_head_that_moved_on_meanwhile_is_let_be(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, pull: world.Pull
) -> None:
    """GitLab refuses an answer for another commit (409); the new head gets its own."""
    check = repo.external_check("golddigger", ADDRESS)
    change, told = change_of(forge, pull), report(pull)
    gitlab.push(pull, {"a": b"2"})
    say(forge, change, told)
    assert check.answers == []
    say(forge, change_of(forge, pull), report(pull))
    assert check.status(pull) == "passed"


def test_a_bot_that_may_not_answer_says_the_rest(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, pull: world.Pull
) -> None:
    """Of some merge requests it may not be an approver."""
    repo.external_check("golddigger", ADDRESS)
    gitlab.fail("POST .*/status_check_responses", 403)
    told = replace(report(pull), comment="<!-- golddigger:report change=4 head=abc of=ed -->\nAll well")
    say(forge, change_of(forge, pull), told)
    assert [each.status for each in gitlab.statuses(pull)] == ["success"]
    assert len(gitlab.our_comments(pull)) == 1


def test_an_answer_that_gitlab_could_not_take_is_owed(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, pull: world.Pull
) -> None:
    """All else is said meanwhile; then it is tried again, or the check would hang."""
    check = repo.external_check("golddigger", ADDRESS)
    gitlab.fail("POST .*/status_check_responses", 500)
    told = replace(report(pull), comment="<!-- golddigger:report change=4 head=abc of=ed -->\nAll well")
    change = change_of(forge, pull)
    with pytest.raises(Unavailable):
        say(forge, change, told)
    assert len(gitlab.our_comments(pull)) == 1
    say(forge, change, told)
    assert check.status(pull) == "passed"
