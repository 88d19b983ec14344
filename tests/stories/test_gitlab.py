"""What is GitLab's alone: thumbs up, threads, child pipelines, and statuses in the pipeline that people see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from app import main
from storage import runs
from tests.forges.gitlab.double import GitLabDouble
from tests.stories.bench import Stage, on_stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART, CART_NEW, CONFIG, LOGIN, NEW, OLD, failures, screen


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitLab alone."""
    return "gitlab"


@pytest.fixture
def gitlab(stage: Stage) -> GitLabDouble:
    """Give the GitLab."""
    assert isinstance(stage.forge, GitLabDouble)
    return stage.forge


def ours(gitlab: GitLabDouble, pull: Pull) -> Any:
    """Give our note."""
    return gitlab.our_comments(pull)[0]  # type: ignore[arg-type]


def test_a_thumb_up_approves_all(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """👍 on our note, by somebody who may approve."""
    gitlab.award(pull, "dev", on=ours(gitlab, pull))  # type: ignore[arg-type]
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, CART_NEW), stage.why()
    assert repo.log("feature")[0].trailers["Approved-by"] == ("dev",)


def test_other_thumbs_approve_nothing(stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull) -> None:
    """A reader's; another emoji; one on the merge request itself, or on somebody else's note."""
    repo.role("reader", "read")
    gitlab.award(pull, "reader", on=ours(gitlab, pull))  # type: ignore[arg-type]
    gitlab.award(pull, "dev", "thumbsdown", on=ours(gitlab, pull))  # type: ignore[arg-type]
    gitlab.award(pull, "dev")  # type: ignore[arg-type]
    gitlab.comment(pull, "mallory", ours(gitlab, pull).body)  # type: ignore[arg-type]
    gitlab.award(pull, "dev", on=gitlab.comments(pull)[-1])  # type: ignore[arg-type]
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD


def test_who_edited_our_note_is_asked_for_not_who_wrote_it(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """The delivery's `user` is our own bot: a tick counts as its editor's, whose name stands in the commit."""
    repo.role("maria", "maintain")
    hooks = stage.tick(pull, "maria", "login.png")
    assert hooks[-1].payload["user"]["username"] == gitlab.bot.username
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()
    assert repo.log("feature")[0].trailers["Approved-by"] == ("maria",)


def test_the_status_lies_in_the_pipeline_that_people_see(stage: Stage, gitlab: GitLabDouble, pull: Pull) -> None:
    """One name, one pipeline: that of the merge request, so that it can be required there."""
    shown = {each.name for each in gitlab.statuses(pull)}  # type: ignore[arg-type]
    assert shown == {"golddigger"}
    (pipeline,) = gitlab.runs(pull)  # type: ignore[arg-type]
    assert {each.pipeline.id for each in gitlab.statuses(pull)} == {pipeline.id}  # type: ignore[arg-type]
    stage.forge.comment(pull, "dev", "/golddigger reject")
    stage.shows(pull, "failure")


def test_an_external_status_check_is_answered_beside_the_status(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """Where the plan has such checks, one that points to us holds merging up until the goldens are committed."""
    check = repo.external_check("Goldens", stage.base)  # type: ignore[attr-defined]
    stage.forge.comment(pull, "dev", "/golddigger status")
    stage.settle()
    # It was asked before there was a check, and that is remembered for an hour.
    assert check.status(pull) == "pending"
    with time_machine.travel(main.now() + timedelta(hours=2)):
        stage.forge.comment(pull, "dev", "/golddigger status")
        stage.settle()
        assert check.status(pull) == "failed"
        stage.forge.comment(pull, "dev", "/golddigger approve")
        stage.settle()
        stage.forge.finish_workflow(pull, {}, conclusion="success")
        stage.settle()
        assert check.status(pull) == "passed", stage.why()


def test_a_child_pipeline_counts(stage: Stage, gitlab: GitLabDouble, repo: Repo) -> None:
    """Goldens that a child pipeline drew are those of the merge request's pipeline."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    gitlab.finish_child(pull, {"goldens": failures({"login": (OLD, NEW)})})  # type: ignore[arg-type]
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_a_pipeline_in_a_project_that_the_bot_does_not_see_is_told_of(
    stage: Stage, gitlab: GitLabDouble, repo: Repo
) -> None:
    """Goldens may be drawn there: somebody has to let the bot in, or name what kept them."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    elsewhere = gitlab.repo("secret/screens", installed=False)
    gitlab.finish_child(pull, {"goldens": failures({"login": (OLD, NEW)})}, project=elsewhere)  # type: ignore[arg-type]
    stage.shows(pull, "neutral")
    said = stage.get(stage.shown(pull).url).text
    assert "It started pipelines in" in said
    assert "secret/screens" in said
    elsewhere.role(gitlab.bot.username, "reporter")
    stage.forge.comment(pull, "dev", "/golddigger rerun")
    stage.shows(pull, "action_required")


def test_a_job_that_is_played_by_hand_later_is_compared_then(
    stage: Stage, gitlab: GitLabDouble, repo: Repo
) -> None:
    """It is no retry: what it kept comes to what was there. A job that keeps nothing changes nothing."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    gitlab.start_workflow(pull)  # type: ignore[arg-type]
    gitlab.offer(pull, "ci:golden-ios")  # type: ignore[arg-type]
    gitlab.offer(pull, "deploy")  # type: ignore[arg-type]
    gitlab.finish_workflow(pull, {"golden-web": failures({"login": (OLD, NEW)})})  # type: ignore[arg-type]
    assert list(stage.shown(pull).remarks) == [LOGIN]
    gitlab.play(pull, "ci:golden-ios", {"golden-ios": failures({"cart": (OLD, CART_NEW)})})  # type: ignore[arg-type]
    assert sorted(stage.shown(pull).remarks) == [CART, LOGIN], stage.why()
    before = len(rounds(stage))
    gitlab.play(pull, "deploy", {}, conclusion="success")  # type: ignore[arg-type]
    stage.shows(pull, "action_required")
    assert len(rounds(stage)) == before == 2
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, CART_NEW), stage.why()


def test_a_job_that_is_retried_later_is_compared_then(stage: Stage, gitlab: GitLabDouble, repo: Repo) -> None:
    """The last try counts, also when the pipeline had ended, and when what it keeps no longer differs."""
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    gitlab.finish_workflow(pull, {"golden": failures({"login": (OLD, NEW)})})  # type: ignore[arg-type]
    stage.shows(pull, "action_required")
    retried = failures({"login": (OLD, screen("Enter"))})
    gitlab.finish_workflow(pull, {"golden": retried}, attempt=2)  # type: ignore[arg-type]
    assert "drawn differently twice" in stage.shown(pull).remarks[LOGIN]
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == screen("Enter"), stage.why()


def rounds(stage: Stage) -> list[int]:
    """Give the rounds of the first change's runs."""
    with stage.whole.parts.reading() as db:
        return [each.round for each in runs.of_change(db, 1)]


def test_a_project_in_groups_within_groups(stage: Stage) -> None:
    """Its path has several slashes, and is one name on the wire."""
    repo = stage.forge.repo("acme/apps/mobile/shop", files={LOGIN: OLD, ".golddigger.yml": CONFIG})
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, screen("Deep"))})})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == screen("Deep"), stage.why()


def test_a_bare_approve_is_gitlabs_own_and_approves_no_golden(
    stage: Stage, gitlab: GitLabDouble, repo: Repo, pull: Pull
) -> None:
    """`/approve` is a quick action, which GitLab carries out and takes out of the note."""
    stage.forge.comment(pull, "dev", "/approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD


def test_a_fork_whose_author_lets_others_push_gets_the_commit_itself(stage: Stage, gitlab: GitLabDouble) -> None:
    """*Allow commits from members who can merge*: the goldens come to lie on the fork's own branch."""
    repo = gitlab.repo("octo/open", files={LOGIN: OLD, ".golddigger.yml": CONFIG}, private=False)
    repo.role("maria", "maintain")
    pull = repo.pull(fork="stranger/open", files={"a": b"1"}, author="stranger", allow_collaboration=True)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "maria", f"/golddigger approve {pull.head[:12]}")
    stage.settle()
    assert pull.head_repo
    assert pull.head_repo.file("feature", LOGIN) == NEW, (stage.why(), stage.replies(pull))


def test_a_newcomer_comes_from_nothing_to_an_approved_golden(stage: Stage, gitlab: GitLabDouble) -> None:
    """The bot is made a Developer, `golddigger gitlab connect` makes the webhook, CI ends, and a note approves."""
    repo = gitlab.repo("acme/apps/new", files={LOGIN: OLD, ".golddigger.yml": CONFIG}, installed=False)
    maria = repo.role("maria", "maintain")
    settings, path = stage.whole.settings, repo.path
    repo.role(gitlab.bot.username, "developer")
    own = gitlab.personal_token(maria.username)
    for _ in range(2):  # the second time it is only looked at
        told = list(main.connect_gitlab(settings, path, own.text))
        assert [each.mend for each in told if each.mend] == [], told
    assert [hook.url for hook in repo.hooks.values()] == [f"{stage.base}/webhooks/gitlab"]
    pull = repo.pull(files={"lib/app.dart": b"// new\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_a_team_that_wants_threads_has_one_for_each_golden(tmp_path: Path) -> None:
    """Opened while a golden awaits somebody, resolved when that is decided, opened again for another picture."""
    with on_stage("gitlab", tmp_path, gitlab_discussions=20) as stage:
        gitlab = stage.forge
        assert isinstance(gitlab, GitLabDouble)
        repo = gitlab.repo("octo/app", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG})
        pull = repo.pull(files={"lib/app.dart": b"// new\n"})
        kept = failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})
        gitlab.finish_workflow(pull, {"goldens": kept})
        stage.shows(pull, "action_required")
        assert sorted(each.resolved for each in gitlab.discussions(pull)) == [False, False]
        gitlab.comment(pull, "dev", "/golddigger reject login.png")
        stage.settle()
        resolved = {LOGIN in each.notes[0].body: each.resolved for each in gitlab.discussions(pull)}
        assert resolved == {True: True, False: False}
        drawn = failures({"login": (OLD, screen("Enter")), "cart": (OLD, CART_NEW)})
        gitlab.finish_workflow(pull, {"goldens": drawn}, attempt=2)
        stage.shows(pull, "action_required")
        assert [each.resolved for each in gitlab.discussions(pull)] == [False, False]
