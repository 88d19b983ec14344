"""Jobs that CI tried more than once on one commit: the last try counts; what another drew otherwise is flaky."""

from __future__ import annotations

import re

import pytest

from storage import comparisons, runs
from tests.stories.bench import Stage
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART, CART_NEW, LOGIN, NEW, OLD, failures, screen

ALL = b"""\
version: 1
suites:
  - name: shop
    preset: same-path
    mode: all
    goldens: ["test/goldens/*.png"]
"""
FLAKY = "drawn differently twice on the same commit"
OTHER = screen("Log in!")


@pytest.fixture
def pull(repo: Repo) -> Pull:
    """Give a pull request of which CI has not ended yet."""
    return repo.pull(files={"lib/app.dart": b"// new\n"})


def fetched(stage: Stage, since: int) -> int:
    """Count the artifacts that were fetched."""
    asked = stage.forge.asked[since:]
    return sum(bool(re.search(stage.host.asked.artifact, f"{each.method} {each.path}")) for each in asked)


def tried(stage: Stage, pull: Pull, *tries: dict[str, tuple[bytes, bytes]]) -> None:
    """Let CI try several times before anybody hears of it, as `retry: 2` does."""
    with stage.held():
        for at, kept in enumerate(tries, 1):
            hooks = stage.forge.finish_workflow(pull, {"goldens": failures(kept)}, attempt=at)
    stage.deliver(*hooks)
    stage.shows(pull, "action_required")


def test_an_earlier_try_that_drew_otherwise_is_told(stage: Stage, pull: Pull, repo: Repo) -> None:
    """Of two goldens one was drawn twice alike: that one is not flaky. The last try is what is approved."""
    tried(
        stage,
        pull,
        {"login": (OLD, OTHER), "cart": (OLD, CART_NEW)},
        {"login": (OLD, NEW), "cart": (OLD, CART_NEW)},
    )
    remarks = stage.shown(pull).remarks
    assert FLAKY in remarks[LOGIN]
    assert "An earlier try on this commit drew other bytes." in remarks[LOGIN]
    assert FLAKY not in remarks[CART]
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW, stage.why()


def test_the_third_try_is_held_against_both(stage: Stage, pull: Pull) -> None:
    """The first drew otherwise, though the second drew the same."""
    tried(stage, pull, *({"login": (OLD, drawn)} for drawn in (OTHER, NEW, NEW)))
    assert FLAKY in stage.shown(pull).remarks[LOGIN]


def test_tries_that_agree_are_no_flake(stage: Stage, pull: Pull) -> None:
    """The same bytes twice are evidence for the picture."""
    tried(stage, pull, *[{"login": (OLD, NEW)}] * 2)
    assert FLAKY not in stage.shown(pull).remarks[LOGIN]


def test_a_try_that_kept_nothing_or_rubbish_is_no_evidence(stage: Stage, pull: Pull) -> None:
    """It may have ended before it drew anything; and a broken archive of an earlier try holds no result up."""
    with stage.held():
        stage.forge.finish_workflow(pull, {"goldens": b"no zip"})
        stage.forge.finish_workflow(pull, {}, attempt=2)
        hooks = stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})}, attempt=3)
    stage.deliver(*hooks)
    shown = stage.shows(pull, "action_required")
    assert FLAKY not in shown.remarks[LOGIN]


def test_what_was_compared_before_is_not_fetched_again(stage: Stage, pull: Pull) -> None:
    """The first try was reported on; of the second, which somebody asked for, one archive is fetched."""
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, OTHER)})})
    stage.shows(pull, "action_required")
    before = len(stage.forge.asked)
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})}, attempt=2)
    stage.settle()
    assert FLAKY in stage.shown(pull).remarks[LOGIN]
    assert fetched(stage, before) == 1


@pytest.fixture
def whole(stage: Stage) -> Pull:
    """Give a pull request in a repository whose CI keeps every candidate, not only those that failed."""
    repo = stage.forge.repo("octo/whole", files={LOGIN: OLD, CART: OLD, ".golddigger.yml": ALL})
    return repo.pull(files={"lib/app.dart": b"// new\n"})


def test_where_nothing_differs_no_earlier_try_is_fetched(stage: Stage, whole: Pull) -> None:
    """Cost grows with what changed: nobody has to decide anything."""
    before = len(stage.forge.asked)
    with stage.held():
        stage.forge.finish_workflow(whole, {"goldens": {LOGIN: NEW, CART: OLD}})
        hooks = stage.forge.finish_workflow(
            whole, {"goldens": {LOGIN: OLD, CART: OLD}}, attempt=2, conclusion="success"
        )
    stage.deliver(*hooks)
    stage.shows(whole, "success")
    assert fetched(stage, before) == 1


def test_what_is_as_it_should_be_on_the_second_try_is_counted_as_flaky(stage: Stage, whole: Pull) -> None:
    """The check is green, for the last try counts; the golden's page knows that it wavered."""
    stage.forge.finish_workflow(whole, {"goldens": {LOGIN: NEW, CART: OLD}})
    stage.shows(whole, "action_required")
    stage.forge.finish_workflow(whole, {"goldens": {LOGIN: OLD, CART: OLD}}, attempt=2, conclusion="success")
    stage.shows(whole, "success")
    with stage.whole.parts.reading() as db:
        [run] = [each for each in runs.of_change(db, 1) if each.attempt == 2]
        wavered = {each.name: each.flaky for each in comparisons.of_run(db, run.id)}
    assert wavered == {LOGIN: True, CART: False}
