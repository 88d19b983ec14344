"""Limits of GitHub's: whatever is refused for a while is done a while later, once, and never called failed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.forges.github.limits import Kind
from tests.forges.github.world import Pull
from tests.stories.bench import Stage
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty

LOGIN, CART = "test/goldens/login.png", "test/goldens/cart.png"
OLD, NEW, CART_NEW = screen("Sign in"), screen("Log in"), screen("Basket")
_numbers = count()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with hasty(tmp_path_factory.mktemp("limits")) as made:
        yield made


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request in a repository of its own."""
    files = {LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG}
    repo = stage.github.repo(f"octo/app-{next(_numbers)}", files=files)
    return repo.pull(files={"README.md": b"# Better\n"})


def break_goldens(stage: Stage, pull: Pull) -> None:
    """Let CI end with two goldens that changed."""
    kept = failures({"login": (OLD, NEW), "cart": (OLD, CART_NEW)})
    stage.github.finish_workflow(pull, {"goldens": kept})


@pytest.mark.parametrize("kind", ["secondary", "secondary-429", "primary"])
def test_a_limit_postpones_and_fails_nothing(stage: Stage, pull: Pull, kind: Kind) -> None:
    """403 or 429, with `retry-after` or a reset: at reading, at telling, at committing."""
    stage.github.limit(kind, retry_after=0)
    break_goldens(stage, pull)
    assert stage.check(pull).conclusion == "action_required", stage.why()
    stage.github.limit(kind, retry_after=0, times=1 if kind == "primary" else 7)
    stage.github.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEW, stage.why()
    assert len(pull.repo.log("feature")) == 3
    assert {state for _, state, _ in stage.why()} == {"done"}


def test_the_check_stands_before_the_comment_may_be_written(stage: Stage, pull: Pull) -> None:
    """What a team requires never waits for what decorates it; and the pictures can be approved all the same."""
    stage.github.fail("^POST .*/comments$", 403)
    break_goldens(stage, pull)
    check = stage.check(pull)
    assert (check.status, check.conclusion) == ("completed", "action_required"), stage.why()
    assert stage.github.our_comments(pull) == []
    stage.github.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEW, (stage.why(), stage.replies(pull))


def test_an_answer_that_had_to_wait_undoes_nothing_twice(stage: Stage, pull: Pull) -> None:
    """`undo` was carried out and its answer refused for a while: only the answer is tried again."""
    break_goldens(stage, pull)
    stage.settle()
    stage.github.comment(pull, "dev", "/golddigger reject login.png")
    stage.settle()
    stage.github.comment(pull, "dev", "/golddigger reject cart.png")
    stage.settle()
    stage.github.fail("^POST .*/issues/[0-9]+/comments$", 502)
    stage.github.comment(pull, "dev", "/golddigger undo")
    (answer,) = stage.replies(pull)
    assert "1 golden" in answer
    assert stage.check(pull).conclusion == "failure", "the first rejection stands"
