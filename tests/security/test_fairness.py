"""Anybody may comment, and each command is answered: but not so that nothing else is said any more."""

from __future__ import annotations

import pytest

from bots.forge import Reaction
from bots.github.forge import GitHub
from bots.pacing import COURTESY, Full, Pacer
from tests.bots.github.conftest import change_of, described
from tests.forges.github.double import GitHubDouble


class Time:
    """A clock that moves when somebody sleeps."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def test_answers_never_use_up_what_reports_and_commits_need() -> None:
    """A stranger writes command after command: half of what GitHub bears is kept for the work itself."""
    time = Time()
    pacer = Pacer(clock=lambda: time.now, sleep=time.sleep)
    for _ in range(250):
        pacer.wait("1", share=COURTESY)
        time.now += 2.0
    with pytest.raises(Full):
        pacer.wait("1", share=COURTESY)
    for _ in range(200):
        pacer.wait("1")
        time.now += 2.0


def test_answers_wait_for_reports_too() -> None:
    """What is left is counted over all that is written."""
    time = Time()
    pacer = Pacer(clock=lambda: time.now, sleep=time.sleep)
    for _ in range(250):
        pacer.wait("1")
        time.now += 2.0
    with pytest.raises(Full):
        pacer.wait("1", share=COURTESY)
    pacer.wait("2", share=COURTESY)


def test_no_order_waits_for_its_sign(github: GitHubDouble) -> None:
    """Where so many were answered that there is no room for a sign, the order itself is carried out."""
    full = Pacer(windows={3600.0: 2}, spacing=0.0, patience=0.0)
    forge = GitHub(
        app_id=str(github.app.id),
        private_key=github.app.key.private,
        api_url=github.api_url,
        web_url=github.web_url,
        host="github.com",
        clock=github.world.clock,
        pacer=full,
    )
    repo = github.repo("acme/app", files={"README.md": b"# App\n"})
    pull = repo.pull(files={"a": b"1"})
    github.comment(pull, "dev", "/golddigger approve")
    (comment,) = github.comments(pull)
    change = change_of(forge, pull)
    full.wait(described(repo).tenant)
    forge.react(change, str(comment.id), Reaction.SEEN)
    assert comment.reactions == []
