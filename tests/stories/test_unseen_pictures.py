"""A tick or a press is for the pictures that stood there, not for those that CI drew since on the same commit."""

from __future__ import annotations

from tests.stories.bench import Stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART_NEW, LOGIN, OLD, failures, screen

UNSEEN = screen("All your base", "darkred")


def draw_again(stage: Stage, pull: Pull) -> None:
    """Let CI run again on the same commit, and draw something else."""
    stage.forge.finish_workflow(
        pull, {"goldens": failures({"login": (OLD, UNSEEN), "cart": (OLD, CART_NEW)})}, attempt=2
    )
    stage.settle()


def test_a_tick_for_all_that_comes_late_approves_nothing_unseen(stage: Stage, repo: Repo, pull: Pull) -> None:
    """The box was ticked beside the first attempt's pictures, and is read when the second's stand there."""
    with stage.held():
        late = stage.tick(pull, "dev", "approve all")
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
        late = stage.tick(pull, "dev", "login.png")
    draw_again(stage, pull)
    stage.deliver(*late)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD, stage.why()
