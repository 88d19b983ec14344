"""While CI runs we ask now and then how far it is: rarely, and never of what nobody waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app import main
from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import ended, swept

LOGIN = "test/goldens/login.png"
OLD, NEW = screen("Sign in"), screen("Log in")


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request in a repository with one golden."""
    repo = stage.forge.repo("octo/app", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.opened(pull)
    return pull


def asked_by_a_sweep(stage: Stage) -> list[str]:
    """Sweep, and give what the forge was asked for."""
    before = len(stage.forge.asked)
    swept(stage)
    ended(stage)
    return [f"{each.method} {each.path}" for each in stage.forge.asked[before:]]


def test_a_word_of_anybody_has_nothing_asked_for_ever(stage: Stage, pull: Pull) -> None:
    """`/golddigger status` where no CI runs: the answer is all there is to say."""
    stage.forge.comment(pull, "mallory", "/golddigger status")
    stage.settle()
    assert asked_by_a_sweep(stage) == []


@pytest.mark.parametrize("artifacts", [{"goldens": failures({"login": (OLD, NEW)})}, {}], ids=["comment", "check"])
def test_long_ci_is_asked_for_every_few_minutes_and_no_sooner(
    stage: Stage, pull: Pull, artifacts: dict[str, bytes]
) -> None:
    """One workflow has ended and another runs for an hour: the sweep, twice a minute, mostly lets it be."""
    stage.forge.start_workflow(pull, name="Slow")
    stage.forge.finish_workflow(pull, artifacts)
    stage.settle()
    for later in (timedelta(minutes=6), timedelta(minutes=12)):
        with time_machine.travel(main.now() + later):
            assert asked_by_a_sweep(stage), "it was not asked at all"
            assert asked_by_a_sweep(stage) == [], "it was asked again at once"
