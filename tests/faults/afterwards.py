"""What must hold after every fault: nothing lost, nothing twice, nothing unapproved, nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Select, Table, select

from diffing.words import Digest
from storage import database, tables
from tests.faults.scene import Scene
from tests.stories.hosts import Pull
from tests.stories.screens import CART, CART_NEW, LOGIN, NEW, OLD

APPROVED: Mapping[str, bytes] = {LOGIN: NEW, CART: CART_NEW}


def all_is_well(scene: Scene, pull: Pull, *, approved: bool) -> None:
    """Hold everything to what was promised."""
    scene.settle()
    every_accepted_delivery_was_handled(scene)
    every_run_ended(scene, pull)
    it_was_said_once(scene, pull)
    only_what_was_approved_was_committed_once(scene, pull, approved=approved)
    nothing_is_missing_or_left_behind(scene)


def every_accepted_delivery_was_handled(scene: Scene) -> None:
    """What was answered with 202 is done; a forge never brings it again by itself."""
    with database.reading(scene.db) as db:
        kept = db.execute(select(tables.deliveries.c.delivery_id, tables.deliveries.c.state)).all()
        whys = db.execute(select(tables.deliveries.c.why).where(tables.deliveries.c.state == "failed")).scalars()
        failed = list(whys)
    states = {id_.rpartition(" ")[2]: state for id_, state in kept}
    lost = [each for each in accepted(scene) if states.get(each) != "done"]
    assert not lost, f"{len(lost)} of {len(states)} deliveries are not done: {failed}"


def accepted(scene: Scene) -> set[str]:
    """Give the deliveries that the forge was told are kept."""
    return {each.webhook.id for each in scene.delivered() if each.ok}


def every_run_ended(scene: Scene, pull: Pull) -> None:
    """Each was concluded once, or gave way to another."""
    with database.reading(scene.db) as db:
        ended = db.execute(_of(pull, tables.runs, tables.runs.c.state, tables.runs.c.why)).all()
    assert ended
    assert {state for state, _ in ended} <= {"concluded", "superseded"}, ended


def it_was_said_once(scene: Scene, pull: Pull) -> None:
    """One verdict stands at the head, which is final, and one comment of ours at the change."""
    shown = scene.verdicts(pull)
    assert len(shown) == 1, f"{len(shown)} verdicts stand at the head"
    assert shown[0].state != scene.host.states["running"]
    comments = [each.body for each in scene.forge.our_comments(pull)]
    reports = [each for each in comments if each.startswith("<!-- golddigger:report")]
    assert len(reports) == 1, f"{len(reports)} reports"


def only_what_was_approved_was_committed_once(scene: Scene, pull: Pull, *, approved: bool) -> None:
    """Each golden stands in one commit of ours with the bytes that were approved; without an approval in none."""
    wanted = APPROVED if approved else dict.fromkeys(APPROVED, OLD)
    assert {name: pull.repo.file(pull.branch, name) for name in wanted} == wanted
    ours = [each for each in pull.repo.log(pull.branch) if "Golddigger-Approval" in each.trailers]
    assert len(ours) == (1 if approved else 0), [each.message for each in ours]
    with database.reading(scene.db) as db:
        states = db.execute(_of(pull, tables.approvals, tables.approvals.c.state, tables.approvals.c.why)).all()
    # Whoever said it again a moment later is told that the branch moved.
    assert {state for state, _ in states} <= {"committed", "stale"}, states
    assert not approved or "committed" in {state for state, _ in states}


def nothing_is_missing_or_left_behind(scene: Scene) -> None:
    """The storage holds what rows name, and nothing else."""
    named, held = referred(scene), {each.digest for each in scene.blobs.walk()}
    assert named <= held, f"{len(named - held)} files are gone"
    assert held <= named, f"{len(held - named)} files belong to nothing"


def referred(scene: Scene) -> set[Digest]:
    """Give every digest that a row names."""
    columns = (
        tables.comparisons.c.golden,
        tables.comparisons.c.candidate,
        tables.comparisons.c.mask,
        tables.git_blobs.c.digest,
        tables.thumbnails.c.small,
    )
    with database.reading(scene.db) as db:
        return {Digest(each) for column in columns for each in _given(db.execute(select(column)).scalars())}


def _given(digests: Iterable[str | None]) -> Iterable[str]:
    return (each for each in digests if each is not None)


def _of(pull: Pull, table: Table, *columns: Column[Any]) -> Select[Any]:
    joined = table.join(tables.changes).join(tables.repos)
    return select(*columns).select_from(joined).where(tables.repos.c.path == pull.repo.path)
