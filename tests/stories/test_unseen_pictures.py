"""A tick or a press is for the pictures that stood there, not for those that CI drew since on the same commit."""

from __future__ import annotations

from tests.forges.github.hooks import Webhook
from tests.forges.github.world import Pull, Repo
from tests.stories.bench import Stage
from tests.stories.screens import CART_NEW, LOGIN, OLD, failures, screen

UNSEEN = screen("All your base", "darkred")


def draw_again(stage: Stage, pull: Pull) -> None:
    """Let CI run again on the same commit, and draw something else."""
    stage.github.finish_workflow(
        pull, {"goldens": failures({"login": (OLD, UNSEEN), "cart": (OLD, CART_NEW)})}, attempt=2
    )
    stage.settle()


def tick(stage: Stage, pull: Pull, wanted: str) -> list[Webhook]:
    """Tick the box whose line holds a text; give what GitHub would deliver."""
    comment = stage.comment(pull)
    lines = comment.body.split("\n")
    ticked = [line.replace("[ ]", "[x]") if wanted in line else line for line in lines]
    return stage.github.edit(pull, comment, "dev", "\n".join(ticked))


def test_a_tick_for_all_that_comes_late_approves_nothing_unseen(stage: Stage, repo: Repo, pull: Pull) -> None:
    """The box was ticked beside the first attempt's pictures, and is read when the second's stand there."""
    with stage.held():
        late = tick(stage, pull, "approve all")
    draw_again(stage, pull)
    stage.deliver(*late)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD, stage.why()
    assert "compared again" in stage.comment(pull).body


def test_a_tick_for_one_golden_that_was_not_drawn_again_otherwise_is_for_that_run_only(
    stage: Stage,
    repo: Repo,
    pull: Pull,
) -> None:
    """Each box names a comparison of one run."""
    with stage.held():
        late = tick(stage, pull, "login.png")
    draw_again(stage, pull)
    stage.deliver(*late)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD, stage.why()


def test_a_button_on_an_older_check_approves_nothing_unseen(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Somebody has the first attempt's check open still, and presses there."""
    older = stage.check(pull)
    draw_again(stage, pull)
    stage.github.press(older, "approve", "dev")
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD, stage.why()


def test_a_button_on_the_newest_check_approves_what_it_shows(stage: Stage, repo: Repo, pull: Pull) -> None:
    """What was drawn again can be approved where it is shown."""
    draw_again(stage, pull)
    stage.github.press(stage.check(pull), "approve", "dev")
    stage.settle()
    assert repo.file("feature", LOGIN) == UNSEEN, stage.why()
