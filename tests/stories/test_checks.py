"""GitHub's checks: their buttons, and what GitHub itself offers beside them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.bench import Stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART, CART_NEW, LOGIN, OLD, failures, screen

UNSEEN = screen("All your base", "darkred")


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitHub alone: no other forge has checks with buttons."""
    return "github"


def draw_again(stage: Stage, pull: Pull) -> None:
    """Let CI run again on the same commit, and draw something else."""
    kept = failures({"login": (OLD, UNSEEN), "cart": (OLD, CART_NEW)})
    stage.forge.finish_workflow(pull, {"goldens": kept}, attempt=2)
    stage.settle()


def test_a_check_completes_and_remarks_on_each_golden(stage: Stage, pull: Pull) -> None:
    """An annotation stands at the path of each golden, in the change's files."""
    check = stage.check(pull)
    assert (check.status, check.conclusion) == ("completed", "action_required")
    assert {each["path"] for each in check.annotations} == {LOGIN, CART}
    assert {each["annotation_level"] for each in check.annotations} <= {"notice", "warning", "failure"}


def test_the_button_approves_all(stage: Stage, repo: Repo, pull: Pull) -> None:
    """*Approve all* beside the check does what the box does."""
    stage.github.press(stage.check(pull), "approve", "dev")
    stage.settle()
    assert repo.file("feature", CART) == CART_NEW, stage.why()


@pytest.mark.parametrize("who", ["reader", "renovate[bot]"])
def test_a_button_is_pressed_in_vain_by_who_may_not(stage: Stage, repo: Repo, pull: Pull, who: str) -> None:
    """Neither somebody who may only read, nor a bot, whatever it may do in the repository."""
    stage.github.world.account(who, "Bot" if who.endswith("[bot]") else "User")
    repo.role(who, "admin" if who.endswith("[bot]") else "read")
    stage.github.press(stage.check(pull), "approve", who)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    assert stage.replies(pull) == []


def test_what_asks_for_a_rerun_compares_again(stage: Stage, pull: Pull) -> None:
    """The button, GitHub's own *Re-run*, and *Re-run all checks* fetch and compare once more."""
    asks: list[Callable[[], object]] = [
        lambda: stage.github.press(stage.check(pull), "rerun", "dev"),
        lambda: stage.github.rerequest(stage.check(pull), "dev"),
        lambda: stage.github.rerequest_suite(pull, "dev"),  # type: ignore[arg-type]
    ]
    for ask in asks:
        first = stage.shown(pull)
        ask()
        assert stage.shows(pull, "action_required").url != first.url, stage.why()


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
