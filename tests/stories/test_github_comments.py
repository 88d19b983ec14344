"""GitHub tells what a comment was before an edit: whatever is more than a tick counts for nothing."""

from __future__ import annotations

import pytest

from tests.stories.bench import Stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import LOGIN, OLD


@pytest.fixture(scope="module")
def host() -> str:
    """Tell this of GitHub alone: no other forge tells the text before an edit."""
    return "github"


def test_any_other_edit_of_our_comment_is_written_over(stage: Stage, repo: Repo, pull: Pull) -> None:
    """A maintainer who edits words while ticking approves nothing; the comment is rendered again."""
    comment = stage.comment(pull)
    before = comment.body
    forged = before.replace("[ ]", "[x]").replace("login.png", "evil.png")
    stage.forge.edit(pull, comment, "dev", forged)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert "[x]" not in stage.comment(pull).body
    assert "evil.png" not in stage.comment(pull).body


def test_a_tick_in_what_somebody_edited_just_before_counts_for_nothing(
    stage: Stage, repo: Repo, pull: Pull
) -> None:
    """Before the comment is written again, another ticks what stands there: what GitHub tells of the text before
    is true, and is not what we wrote."""
    comment = stage.comment(pull)
    with stage.held():
        stage.forge.edit(pull, comment, "maria", comment.body.replace("login.png", "other.png"))
    stage.tick(pull, "dev", "approve all")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert "did not stand as it was written" in stage.comment(pull).body
