"""Merge requests from forks, whose CI runs in the fork's own project: no webhook of ours tells when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import main
from app.flow import watch
from storage import tables
from tests.forges.gitlab.double import GitLabDouble
from tests.forges.gitlab.world import Pull
from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, LOGIN, NEW, OLD, failures
from tests.stories.trouble import ended, swept

KEPT = {"goldens": failures({"login": (OLD, NEW)})}


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitLab alone: GitHub runs a fork's CI in the repository that is asked."""
    return "gitlab"


@pytest.fixture
def gitlab(stage: Stage) -> GitLabDouble:
    """Give the GitLab."""
    assert isinstance(stage.forge, GitLabDouble)
    return stage.forge


def opened(gitlab: GitLabDouble, *, private: bool = False) -> Pull:
    """Open a merge request from a fork."""
    files = {LOGIN: OLD, ".golddigger.yml": CONFIG}
    repo = gitlab.repo("octo/open", files=files, private=private)
    repo.role("maria", "maintain")
    pull = repo.pull(fork="stranger/open", files={"a": b"1"}, author="stranger")
    gitlab.opened(pull)
    return pull


def finish(gitlab: GitLabDouble, pull: Pull) -> None:
    """Let CI end in the fork's own project: nobody tells us."""
    assert gitlab.finish_workflow(pull, KEPT, where=pull.head_repo) == []


def look_after(stage: Stage, minutes: float) -> int:
    """Let time pass, sweep, and count what the forge was asked for."""
    before = len(stage.forge.asked)
    with time_machine.travel(main.now() + timedelta(minutes=minutes)):
        swept(stage)
        ended(stage)
    return len(stage.forge.asked) - before


def test_ci_that_ended_in_the_fork_is_found_within_minutes(stage: Stage, gitlab: GitLabDouble) -> None:
    """It is looked for by the clock, compared, told of, and approved as any fork's."""
    pull = opened(gitlab)
    stage.settle()
    finish(gitlab, pull)
    stage.settle()
    assert stage.verdicts(pull) == [], "nobody could have told"
    look_after(stage, 6)
    stage.shows(pull, "action_required")
    with time_machine.travel(main.now() + timedelta(minutes=7)):
        gitlab.comment(pull, "maria", f"/golddigger approve {pull.head[:12]}")
        stage.settle()
    assert pull.repo.file(f"golddigger/pr-{pull.number}", LOGIN) == NEW, stage.why()
    assert look_after(stage, 60) == 0, "it is over, and nothing is asked any more"


def test_a_push_to_the_fork_is_looked_for_anew(stage: Stage, gitlab: GitLabDouble) -> None:
    """The merge request's own webhook tells of the push; of its CI the clock."""
    pull = opened(gitlab)
    finish(gitlab, pull)
    look_after(stage, 6)
    stage.shows(pull, "action_required")
    gitlab.push(pull, {"a": b"2"})
    stage.settle()
    finish(gitlab, pull)
    look_after(stage, 6)
    stage.shows(pull, "action_required")


def test_a_closed_one_is_looked_at_no_more(stage: Stage, gitlab: GitLabDouble) -> None:
    """Opened again, it is."""
    pull = opened(gitlab)
    stage.settle()
    gitlab.close(pull)
    stage.settle()
    assert look_after(stage, 60) == 0
    gitlab.reopen(pull)
    stage.settle()
    finish(gitlab, pull)
    look_after(stage, 6)
    stage.shows(pull, "action_required")


def test_a_private_fork_is_explained(stage: Stage, gitlab: GitLabDouble) -> None:
    """The bot sees that CI ran there and not what it kept: it says who can do what about it."""
    pull = opened(gitlab, private=True)
    finish(gitlab, pull)
    look_after(stage, 6)
    said = stage.shows(pull, "failure").said
    assert "may not see what" in said
    assert "the fork's owner adds the bot as a Reporter" in said


def test_a_fork_without_ci_is_asked_less_and_less_and_then_no_more(stage: Stage, gitlab: GitLabDouble) -> None:
    """Many forks have none, and merge requests stay open for months."""
    pull = opened(gitlab)
    stage.settle()
    pauses = list(iter(lambda: looked(stage), None))
    assert 20 < len(pauses) < 50
    assert pauses == sorted(pauses), "ever more rarely"
    assert look_after(stage, 8 * 24 * 60) == 0
    with time_machine.travel(main.now() + watch.LONGEST * 2):
        gitlab.comment(pull, "maria", "/golddigger rerun")
        stage.settle()
        finish(gitlab, pull)
    look_after(stage, 14 * 24 * 60 + 6)
    stage.shows(pull, "action_required")


def looked(stage: Stage) -> int | None:
    """Look when it is time, and give for how many minutes that is put off then; None where it is over."""
    with stage.whole.parts.reading() as db:
        row = db.execute(select(tables.watches)).one_or_none()
    if row is None:
        return None
    at = row.next_at + timedelta(seconds=1)
    with time_machine.travel(at):
        swept(stage)
        ended(stage)
    with stage.whole.parts.reading() as db:
        later = db.execute(select(tables.watches.c.next_at)).scalar_one_or_none()
    return (later - at if later else watch.LONGEST) // timedelta(minutes=1)


def test_a_pipeline_in_the_target_project_is_told_as_ever(stage: Stage, gitlab: GitLabDouble) -> None:
    """A member of it may run the fork's pipeline there, with its own runners."""
    pull = opened(gitlab)
    gitlab.finish_workflow(pull, KEPT)
    stage.shows(pull, "action_required")
