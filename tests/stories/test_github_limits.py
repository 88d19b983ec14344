"""GitHub's three kinds of limits: each postpones, and fails nothing."""

from __future__ import annotations

import pytest

from tests.forges.pace import Kind
from tests.stories.bench import Stage
from tests.stories.hosts import Repo
from tests.stories.screens import LOGIN, NEW, OLD, failures


@pytest.fixture(scope="module")
def host() -> str:
    """Tell these of GitHub alone."""
    return "github"


@pytest.mark.parametrize("kind", ["secondary", "secondary-429", "primary"])
def test_a_limit_postpones_and_fails_nothing(stage: Stage, repo: Repo, kind: Kind) -> None:
    """403 or 429, with `retry-after` or a reset: at reading, at telling, at committing."""
    pull = repo.pull(files={"README.md": b"# Better\n"})
    stage.github.limit(kind, retry_after=0)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    stage.github.limit(kind, retry_after=0, times=1 if kind == "primary" else 7)
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()
    assert len(repo.log("feature")) == 3
    assert {state for _, state, _ in stage.why()} == {"done"}
