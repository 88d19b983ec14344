"""What GitHub could not deliver is asked for: of itself it never tries again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.flow.recover import due, recover
from app.worker.recovering import recovering
from app.worker.rounds import Rounds
from bots.events import Missed
from bots.github.redeliveries import Redeliveries
from tests.stories.bench import Stage, free_port
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import LOGIN, NEW

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitHub alone: GitLab remembers, but only an owner of the hook may ask."""
    return "github"


def later(stage: Stage, **ago: float) -> int:
    """Ask for what is lacking, so much later."""
    return recover(stage.whole.parts, datetime.now(UTC) + timedelta(**ago))


def test_an_approval_that_was_lost_is_carried_out(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Nobody answered when it was posted; some minutes later it is asked for, and committed."""
    address, stage.forge.webhook_url = stage.forge.webhook_url, f"http://127.0.0.1:{free_port()}/webhooks/github"
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.forge.webhook_url = address
    assert later(stage, seconds=30) == 0
    assert later(stage, minutes=3) == 1
    wait_for_post(stage)
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()
    assert later(stage, minutes=30) == 0
    assert len(repo.log("feature")) == 3


def test_what_came_although_the_forge_believes_it_lost_is_left_alone(stage: Stage, pull: Pull) -> None:
    """The answer took longer than GitHub waits, and the delivery had been kept long before."""
    address, stage.forge.webhook_url = stage.forge.webhook_url, f"http://127.0.0.1:{free_port()}/webhooks/github"
    [lost] = stage.forge.comment(pull, "dev", "looks good")
    stage.forge.webhook_url = address
    stage.deliver(lost)
    stage.settle()
    assert later(stage, minutes=3) == 0


def test_what_fails_each_time_is_asked_for_ever_more_rarely_and_then_no_more(stage: Stage, pull: Pull) -> None:
    """Each attempt counts, under whichever number GitHub keeps it."""
    stage.settle()
    address, stage.forge.webhook_url = stage.forge.webhook_url, f"http://127.0.0.1:{free_port()}/webhooks/github"
    stage.forge.comment(pull, "dev", "/golddigger status")
    for tries in range(1, 4):
        assert later(stage, minutes=2**tries - 1) == 0
        assert later(stage, minutes=2**tries + 1) == 1
        wait_for_post(stage)
    stage.forge.webhook_url = address
    [post] = stage.whole.parts.posts.values()
    assert isinstance(post, Redeliveries)
    [missed] = [each for each in post.missed(datetime.now(UTC) - timedelta(hours=1)) if each.tries > 1]
    assert missed.tries == 4


def test_workers_ask_by_the_clock(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Soon after the first start, and every few minutes, whichever of them is the first."""
    address, stage.forge.webhook_url = stage.forge.webhook_url, f"http://127.0.0.1:{free_port()}/webhooks/github"
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.forge.webhook_url = address
    parts = stage.whole.parts
    for minutes in (0, 3, 3):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        Rounds(parts, [recovering(parts, lambda at=at: at)], lambda at=at: at).look()  # type: ignore[misc]
    wait_for_post(stage)
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


@pytest.mark.parametrize(("tries", "minutes"), [(1, 2), (2, 4), (5, 32), (8, 256)])
def test_the_pause_doubles(tries: int, minutes: int) -> None:
    """Two minutes, four, eight: four hours before the last."""
    missed = Missed(delivery="d", attempt="1", tries=tries, at=NOW)
    assert not due(missed, NOW + timedelta(minutes=minutes, seconds=-1))
    assert due(missed, NOW + timedelta(minutes=minutes))


def test_after_eight_times_it_is_ours_to_mend() -> None:
    """A delivery that breaks us each time is not asked for until GitHub forgets it."""
    assert not due(Missed(delivery="d", attempt="1", tries=9, at=NOW), NOW + timedelta(days=3))


def wait_for_post(stage: Stage) -> None:
    """Wait until GitHub has posted what it was asked for."""
    stage.github.post.stop()
