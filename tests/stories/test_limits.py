"""Limits of the forge: whatever is refused for a while is done a while later, once, and never called failed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.stories.bench import Stage
from tests.stories.hosts import Pull
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty

LOGIN, CART = "test/goldens/login.png", "test/goldens/cart.png"
OLD, NEW, CART_NEW = screen("Sign in"), screen("Log in"), screen("Basket")
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with hasty(host, tmp_path_factory.mktemp("limits")) as made:
        yield made


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request in a repository of its own."""
    files = {LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG}
    repo = stage.forge.repo(f"octo/app-{next(_numbers)}", files=files)
    return repo.pull(files={"README.md": b"# Better\n"})


def break_goldens(stage: Stage, pull: Pull) -> None:
    """Let CI end with two goldens that changed."""
    kept = failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})
    stage.forge.finish_workflow(pull, {"goldens": kept})


@pytest.mark.parametrize("times", [1, 7])
def test_a_limit_postpones_and_fails_nothing(stage: Stage, pull: Pull, times: int) -> None:
    """At reading, at telling, at committing."""
    stage.forge.limit(retry_after=0)
    break_goldens(stage, pull)
    stage.shows(pull, "action_required")
    stage.forge.limit(retry_after=0, times=times)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEW, stage.why()
    assert len(pull.repo.log("feature")) == 3
    assert {state for _, state, _ in stage.why()} == {"done"}


def test_the_check_stands_before_the_comment_may_be_written(stage: Stage, pull: Pull) -> None:
    """What a team requires never waits for what decorates it; and the pictures can be approved all the same."""
    stage.forge.fail(stage.host.asked.comment, 403)
    break_goldens(stage, pull)
    stage.shows(pull, "action_required")
    assert stage.forge.our_comments(pull) == []
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEW, (stage.why(), stage.replies(pull))


def test_an_answer_that_had_to_wait_undoes_nothing_twice(stage: Stage, pull: Pull) -> None:
    """`undo` was carried out and its answer refused for a while: only the answer is tried again."""
    break_goldens(stage, pull)
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger reject login.png")
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger reject cart.png")
    stage.settle()
    stage.forge.fail(stage.host.asked.comment, 502)
    stage.forge.comment(pull, "dev", "/golddigger undo")
    (answer,) = stage.replies(pull)
    assert "1 golden" in answer
    stage.shows(pull, "failure")  # the first rejection stands
