"""Deliveries come late, twice, in another order, or never: what GitHub holds is asked again each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select, update

from app import main
from app.flow import decide
from bots.forge import User
from diffing.words import Opinion
from storage import tables
from tests.stories.bench import Stage, change_of
from tests.stories.conftest import Fresh
from tests.stories.hosts import Hook, Pull
from tests.stories.screens import CONFIG, failures, screen
from tests.stories.trouble import hasty, kept, swept

LOGIN, CART = "test/goldens/login.png", "test/goldens/cart.png"
OLD, NEW, NEWER = screen("Sign in"), screen("Log in"), screen("Enter")
_numbers = count()


@pytest.fixture(scope="module")
def stage(host: str, fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give one Golddigger at work, for all stories here."""
    with fresh() as settings, hasty(host, tmp_path_factory.mktemp("order"), **settings) as made:
        yield made


@pytest.fixture
def pull(stage: Stage) -> Pull:
    """Give a pull request in a repository of its own."""
    files = {LOGIN: OLD, CART: OLD, ".golddigger.yml": CONFIG}
    repo = stage.forge.repo(f"octo/app-{next(_numbers)}", files=files)
    return repo.pull(files={"README.md": b"# Better\n"})


def ci_ends(
    stage: Stage, pull: Pull, drawn: bytes = NEW, *, name: str = "CI", event: str = "pull_request"
) -> list[Hook]:
    """Let CI end with a login screen that changed."""
    return stage.forge.finish_workflow(
        pull, {"goldens": failures({"login": (OLD, drawn)})}, name=name, event=event
    )


def runs_of(stage: Stage, pull: Pull) -> int:
    """Count the runs of a pull request."""
    query = select(func.count()).select_from(tables.runs).join(tables.changes).join(tables.repos)
    with stage.whole.parts.db.begin() as db:
        return db.scalar(query.where(tables.repos.c.path == pull.repo.path)) or 0


@pytest.mark.parametrize("late", ["the push", "the end of CI", "the old end of CI"])
def test_the_newest_head_counts_whatever_is_told_last(stage: Stage, pull: Pull, late: str) -> None:
    """A push and the ends of two CI runs, told in three orders: the check and the comment are the new head's."""
    with stage.held():
        before = ci_ends(stage, pull)
        pushed = stage.forge.push(pull, {"README.md": b"# Best\n"})
        after = ci_ends(stage, pull, NEWER)
    orders = {
        "the push": [*before, *after, *pushed],
        "the end of CI": [*pushed, *before, *after],
        "the old end of CI": [*pushed, *after, *before],
    }
    stage.deliver(*orders[late])
    stage.shows(pull, "action_required")
    assert pull.head in stage.comment(pull).body
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEWER, stage.why()


def test_a_cancelled_pipeline_told_of_last_replaces_nothing(stage: Stage, pull: Pull) -> None:
    """Its successor on the same head ended earlier, as far as deliveries go."""
    with stage.held():
        cancelled = stage.forge.finish_workflow(pull, {}, conclusion="cancelled")
        ended = ci_ends(stage, pull)
    stage.deliver(*ended)
    stage.shows(pull, "action_required")
    stage.deliver(*cancelled)
    stage.shows(pull, "action_required")
    assert "login.png" in stage.comment(pull).body


def test_what_is_told_many_times_is_done_once(stage: Stage, pull: Pull) -> None:
    """The same delivery again and again, and more events of the same end: one run, one check, one comment."""
    with stage.held():
        hooks = [*stage.forge.opened(pull), *ci_ends(stage, pull)]
    stage.deliver(*hooks, *hooks, *reversed(hooks))
    stage.host.pushed_elsewhere(stage.forge, pull, pull.head)
    stage.shows(pull, "action_required")
    assert (len(stage.verdicts(pull)), runs_of(stage, pull)) == (1, 1)
    assert "login.png" in stage.comment(pull).body


def test_a_pull_request_opened_after_ci_ended_is_looked_at(stage: Stage, pull: Pull) -> None:
    """A push had CI run when there was no pull request yet: nothing more will be told of that run."""
    with stage.held():
        ci_ends(stage, pull, event="push")
    stage.forge.opened(pull)
    stage.shows(pull, "action_required")


def test_a_close_told_of_after_the_reopening_ends_nothing(stage: Stage, pull: Pull) -> None:
    """Closed by mistake, reopened at once, and told the other way round."""
    ci_ends(stage, pull)
    stage.settle()
    with stage.held():
        closed = stage.forge.close(pull)
        reopened = stage.forge.reopen(pull)
    stage.deliver(*reopened)
    stage.settle()
    stage.deliver(*closed)
    stage.settle()
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEW, (stage.why(), stage.replies(pull))


def test_a_check_that_waits_ends_though_the_last_delivery_is_lost(stage: Stage, pull: Pull) -> None:
    """A required check is never left pending: minutes later CI is asked itself."""
    stage.forge.start_workflow(pull, name="Slow")
    stage.forge.finish_workflow(pull, {}, name="Lint", conclusion="success")
    stage.shows(pull, "running")
    with stage.held():
        ci_ends(stage, pull, name="Slow")
    swept(stage)
    stage.shows(pull, "running")
    with stage.whole.parts.db.begin() as db:
        said = tables.publications.c.said_at
        db.execute(
            update(tables.publications).where(said.is_not(None)).values(said_at=main.now() - timedelta(minutes=6))
        )
    swept(stage)
    stage.shows(pull, "action_required")


def test_an_approval_of_an_earlier_head_takes_no_other_with_it(stage: Stage, pull: Pull) -> None:
    """One was asked for before a push and one after it, and the queue lost both: only the first is stale."""
    with stage.held():
        stage.whole.carrier.drain(kept(stage, ci_ends(stage, pull), main.now()))
        approve_on_the_page(stage, pull)
        hooks = [*stage.forge.push(pull, {"README.md": b"# Best\n"}), *ci_ends(stage, pull, NEWER)]
        stage.whole.carrier.drain(kept(stage, hooks, main.now()))
        approve_on_the_page(stage, pull)
    swept(stage)
    stage.settle()
    assert pull.repo.file("feature", LOGIN) == NEWER, stage.why()
    with stage.whole.parts.db.begin() as db:
        states = select(tables.approvals.c.state).order_by(tables.approvals.c.requested_at)
        assert list(db.execute(states).scalars())[-2:] == ["stale", "committed"]


def approve_on_the_page(stage: Stage, pull: Pull) -> None:
    """Approve on the page what was told of last; the jobs that follow never reach the queue."""
    parts, who = stage.whole.parts, User("dev")
    with parts.db.begin() as db:
        run, comparison, candidate = db.execute(
            select(tables.runs.c.id, tables.comparisons.c.id, tables.comparisons.c.candidate)
            .join_from(tables.runs, tables.comparisons)
            .join(tables.changes)
            .join(tables.repos)
            .where(tables.repos.c.path == pull.repo.path, tables.runs.c.head == pull.head)
        ).one()
    chosen = [(comparison, candidate)]
    at = decide.seat(parts, change_of(parts, run), who)
    decide.decide(parts, at, run_id=run, opinion=Opinion.APPROVED, chosen=chosen, via="page", now=main.now())
    decide.commit(parts, run_id=run, who=who, now=main.now())
