"""A check is green for what passed and for what stands committed, and for nothing else."""

from __future__ import annotations

from sqlalchemy import select

from app import main
from app.flow import decide
from bots.forge import User
from diffing.words import Opinion
from storage import comparisons, tables
from tests.stories.bench import Stage, change_of
from tests.stories.hosts import Pull, Repo
from tests.stories.screens import CART, CART_NEW, LOGIN, NEW, OLD, failures


def approve_on_the_page(stage: Stage, golden: str) -> None:
    """Say yes to one golden of the newest run, without asking for a commit."""
    with stage.whole.parts.db.begin() as db:
        run = db.scalars(select(tables.runs.c.id).where(tables.runs.c.state == "concluded")).one()
        (found,) = [each for each in comparisons.of_run(db, run) if each.name == golden]
    parts = stage.whole.parts
    jobs = decide.decide(
        parts,
        decide.seat(parts, change_of(parts, run), User("dev")),
        run_id=run,
        opinion=Opinion.APPROVED,
        chosen=[(int(found.id), found.candidate)],
        via="page",
        now=main.now(),
    )
    stage.whole.carrier.send(jobs)
    stage.settle()


def test_one_golden_committed_does_not_make_another_that_is_not_green(
    stage: Stage, repo: Repo, pull: Pull
) -> None:
    """The cart is approved and committed; of the login somebody only said that it is right."""
    stage.forge.comment(pull, "dev", "/golddigger approve cart.png")
    stage.settle()
    assert repo.file("feature", CART) == CART_NEW
    stage.forge.finish_workflow(pull, {"goldens": failures({"login": (OLD, NEW)})})
    stage.shows(pull, "action_required")
    approve_on_the_page(stage, LOGIN)
    assert repo.file("feature", LOGIN) == OLD
    stage.shows(pull, "action_required")
    assert "not yet committed" in stage.shown(pull).title
    stage.tick(pull, "dev", "login.png")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW


def test_a_branch_put_back_to_before_the_commit_is_not_green(stage: Stage, repo: Repo, pull: Pull) -> None:
    """Its author forced the bot's commit away: what was approved is no longer there."""
    reviewed = pull.head
    stage.forge.comment(pull, "dev", "/golddigger approve")
    stage.settle()
    assert repo.file("feature", LOGIN) == NEW
    committed = pull.head
    repo.git.move("refs/heads/feature", reviewed)
    pull.follow()
    stage.host.pushed_elsewhere(stage.forge, pull, committed)
    stage.settle()
    assert repo.file("feature", LOGIN) == OLD
    stage.shows(pull, "action_required")
