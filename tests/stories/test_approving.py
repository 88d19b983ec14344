"""Approving where the reviewer is: boxes, words, buttons. And what does not count as approving."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib import parse

import pytest

from app.flow import decide
from bots.forge import User
from diffing.words import Opinion
from storage import comparisons
from tests.stories.bench import Stage, change_of
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART, CART_NEW, LOGIN, NEW, OLD, failures, screen


def test_one_ticked_box_commits_one_golden(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A box of one golden approves that one and leaves the other as it is."""
    stage.tick(pull, "dev", "login.png")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()
    assert repo.file("feature", CART) == OLD
    assert len(repo.log("feature")) == 3


def test_the_box_for_all_commits_all_at_once(stage: Stage, repo: Repo, pull: Pull) -> None:
    """*Approve all* is one commit with both goldens."""
    stage.tick(pull, "dev", "approve all")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, CART_NEW), stage.why()
    assert len(repo.log("feature")) == 3


def test_boxes_ticked_one_after_the_other_share_a_commit(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Two boxes ticked in quick succession are two approvals in one commit, or two commits that both stand. Where
    a forge does not tell whose each tick is, that is told, and the box for all is one tick."""
    comment = stage.comment(pull)
    lines = [line for line in comment.body.split("\n") if "comparison=" in line]
    assert len(lines) == 2
    for line in lines:
        body = comment.body.replace(line, line.replace("[ ]", "[x]"))
        stage.forge.edit(pull, comment, "dev", body)
    stage.settle()
    if not stage.host.tells_edits and (repo.file("feature", LOGIN), repo.file("feature", CART)) == (OLD, OLD):
        assert "ticked" in stage.comment(pull).body
        stage.tick(pull, "dev", "approve all")
        stage.settle()
    stand = [repo.file("feature", LOGIN) == NEW, repo.file("feature", CART) == CART_NEW]
    assert all(stand) if stage.host.tells_edits else any(stand), stage.why()


def test_a_glob_approves_what_it_names(stage: Stage, repo: Repo, pull: Pull) -> None:
    """`/golddigger approve cart*` leaves the login golden alone."""
    stage.forge.comment(pull, "dev", "Good!\n\n/golddigger approve cart*.png")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (OLD, CART_NEW), stage.why()


def test_a_reader_may_not_approve(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Somebody without write access gets an answer and nothing is committed, however they ask."""
    repo.role("reader", "read")
    stage.forge.comment(pull, "reader", "/golddigger approve")
    stage.tick(pull, "reader", "approve all")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert len(stage.replies(pull)) == 1
    assert "[x]" not in stage.comment(pull).body


def test_an_edit_of_our_words_is_written_over(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A maintainer who edits words approves nothing; the comment is rendered again."""
    comment = stage.comment(pull)
    stage.forge.edit(pull, comment, "dev", comment.body.replace("login.png", "evil.png"))
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert "evil.png" not in stage.comment(pull).body


def test_a_comment_that_copies_ours_approves_nothing(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A planted copy of our comment, marker and all, is somebody else's comment."""
    body = stage.comment(pull).body
    stage.forge.comment(pull, "mallory", body)
    planted = stage.forge.comments(pull)[-1]
    stage.forge.edit(pull, planted, "mallory", body.replace("[ ]", "[x]", 1))
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD


@pytest.mark.parametrize(
    "text", ["> /golddigger approve", "```\n/golddigger approve\n```", "I would say /golddigger approve"]
)
def test_words_that_only_look_like_commands_do_nothing(stage: Stage, repo: Repo, pull: Pull, text: str) -> None:
    """Quotes, code and the middle of a sentence hold no commands."""
    stage.forge.comment(pull, "dev", text)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert stage.forge.comments(pull)[-1].reactions == []


def test_an_unknown_word_is_answered(stage: Stage, pull: Pull) -> None:
    """`aprove` gets a guess and the list."""
    stage.forge.comment(pull, "dev", "/golddigger aprove")
    (answer,) = stage.replies(pull)
    assert "Did you mean `approve`" in answer
    assert "/golddigger rerun" in answer


def test_rejecting_fails_the_check_and_undo_opens_it_again(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A rejected golden is not committed by *approve all*; taken back, it waits again."""
    stage.forge.comment(pull, "dev", "/golddigger reject cart.png")
    stage.shows(pull, "failure")
    stage.forge.comment(pull, "dev", "/golddigger undo")
    stage.shows(pull, "action_required")
    stage.forge.comment(pull, "dev", "/golddigger reject cart.png")
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger approve all")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, OLD), stage.why()


def test_a_command_is_seen_and_then_done(stage: Stage, pull: Pull) -> None:
    """👀 first, 🚀 when the commit stands."""
    stage.forge.comment(pull, "dev", "/golddigger approve")
    comment = stage.forge.comments(pull)[-1]
    stage.settle()
    assert [content for _, content in comment.reactions] == ["eyes", "rocket"]


def test_a_moved_head_is_refused_and_looked_at_again(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A push that arrives before the approval leaves the branch as the pusher left it."""
    with stage.held():
        command = stage.forge.comment(pull, "dev", "/golddigger approve")
        pushed = stage.forge.push(pull, {"lib/app.dart": b"// newer\n"})
    stage.deliver(*command, *pushed)
    stage.settle()
    assert repo.log("feature")[0].message.startswith("Push on")
    assert repo.file("feature", LOGIN) == OLD


def test_what_did_not_change_stays_approved_after_a_push(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A decision names a candidate: the same picture on the next head needs no second look."""
    stage.forge.comment(pull, "dev", "/golddigger reject login.png")
    stage.settle()
    stage.forge.push(pull, {"lib/app.dart": b"// newer\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})})
    stage.shows(pull, "failure")
    stage.forge.push(pull, {"lib/app.dart": b"// newest\n"})
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, screen("Enter"))})})
    stage.shows(pull, "action_required")


def test_the_run_after_our_commit_proves_the_goldens(stage: Stage, repo: Repo, pull: Pull) -> None:
    """When CI passes on our commit and keeps no failures, the check is neutral and says that it is good."""
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    stage.forge.finish_workflow(pull, {}, conclusion="success")
    shown = stage.shows(pull, "neutral")
    assert "that is as it should be" in shown.said


def test_a_golden_drawn_differently_twice_is_called_flaky(stage: Stage, repo: Repo, pull: Pull) -> None:
    """CI on our commit draws something else than what was approved a minute ago."""
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (NEW, screen("Log in", "blue"))})})
    assert "drawn differently twice on the same commit" in stage.comment(pull).body, stage.why()


def test_the_commit_names_who_approved_and_takes_only_what_was_asked_for(
    stage: Stage, repo: Repo, pull: Pull
) -> None:
    """A golden that somebody approved on the page, and did not commit yet, is not swept along by a command."""
    parts, run_id = stage.whole.parts, parse.urlsplit(stage.shown(pull).url).path.split("/")[2]
    with parts.reading() as db:
        cart = next(each for each in comparisons.of_run(db, run_id) if each.name == CART)
    chosen = [(int(cart.id), cart.candidate)]
    repo.role("ann", "write")
    now = datetime.now(UTC)
    at = decide.seat(parts, change_of(parts, run_id), User("ann"))
    decide.decide(parts, at, run_id=run_id, opinion=Opinion.APPROVED, chosen=chosen, via="page", now=now)
    stage.forge.comment(pull, "dev", "/golddigger approve login.png")
    stage.settle()
    assert (repo.file("feature", LOGIN), repo.file("feature", CART)) == (NEW, OLD), stage.why()
    assert repo.log("feature")[0].trailers["Approved-by"] == ("dev",)


def test_a_push_takes_the_boxes_of_the_earlier_head_away(stage: Stage, pull: Pull) -> None:
    """Until CI has ended on the new head there is nothing to tick, and no check."""
    assert "[ ]" in stage.comment(pull).body
    stage.forge.push(pull, {"lib/app.dart": b"// newer\n"})
    assert "[ ]" not in stage.comment(pull).body
    assert "Waiting for CI" in stage.comment(pull).body
    assert stage.verdicts(pull) == []
