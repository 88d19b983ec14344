"""Approve and reject what stands at a change's head, chosen by words, boxes or buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.flow import decide, settled
from app.flow.jobs import Approve, Job, Publish
from app.flow.parts import Parts
from bots import commands, markers
from bots.commands import All, OfSuite, Selection, Ticks
from bots.forge import Change, User
from diffing.verdict import opinions
from diffing.words import Comparison, Decision, Opinion, Refused
from storage import comparisons, decisions, runs
from storage.runs import StoredRun

_COMPARED_AGAIN = "What you saw was compared again since; look at the pictures again."
_WHOSE = (
    "Several boxes were ticked before the first was counted, and nobody can tell who ticked which. Tick one, and "
    "the next when this comment was written anew; or the box for all, or say `/golddigger approve NAME NAME`."
)
_FOUR_EYES = (
    "No box counts here, where the author may not approve: this forge tells too little of who ticked. Say it: "
    "`/golddigger approve`, or with the names of goldens."
)

Standing = list[tuple[StoredRun, list[Comparison]]]
"""The runs at a head, each with its comparisons, or with those that were chosen."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who asks for something, on which change, and when."""

    parts: Parts
    change_id: int
    change: Change
    who: User
    comment: str | None
    """The comment that asks, to be answered when it is done; None where there is none."""
    now: datetime
    act: str | None = None
    """Names the order, equal when it is tried again; None where it comes but once."""


def carried_out(scene: Scene) -> tuple[list[Job], int]:
    """Give what follows from an order that was carried out before and whose answer was lost, and of how many
    goldens it was; 0 where it was not."""
    with scene.parts.reading() as db:
        done = decisions.of_act(db, scene.change_id, scene.act) if scene.act else []
    return [Approve(scene.change_id), Publish(scene.change_id)] if done else [], len(done)


def approve(scene: Scene, selection: Selection, *, via: str) -> list[Job]:
    """Approve what a selection names, and ask for the commit."""
    return _approve(scene, lambda db, stand: _choose(db, scene, stand, selection), via)


def approve_pressed(scene: Scene, edition: str) -> list[Job]:
    """Approve all that stood beside a button, and ask for the commit."""

    def all_there(db: Connection, stand: Standing) -> Standing:
        _must_be_of(stand, edition)
        return _choose(db, scene, stand, All())

    return _approve(scene, all_there, "button")


def approve_ticked(scene: Scene, ticks: Ticks) -> list[Job]:
    """Approve what ticked boxes stand for, and ask for the commit."""
    return _approve(scene, lambda _, stand: _of_boxes(stand, ticks), "tick")


def must_let_one_approve(scene: Scene) -> None:
    """Refuse a box that may be another's, where it matters that two people are at it."""
    if not settled.approve_rule(scene.parts, scene.change).self_approval:
        raise Refused(_FOUR_EYES)


def of_one_person(scene: Scene, ticks: Ticks) -> Ticks:
    """Give the one box that was ticked since the last was counted, of boxes that may be several people's; Refused
    where there are more."""
    if ticks.count == 1:
        return ticks
    with scene.parts.reading() as db:
        left = replace(ticks, comparisons=ticks.comparisons - _approved(db, scene.change_id, ticks))
    if left.count != 1:
        raise Refused(_WHOSE)
    return left


def is_counted(parts: Parts, change_id: int, ticks: Ticks) -> bool:
    """Stands all that ticked boxes are for approved, whoever ticked them?"""
    with parts.reading() as db:
        approved = _approved(db, change_id, ticks)
        meant = {each.id for _, of_run in _at(db, change_id, ticks) for each in of_run if _means(ticks, each)}
    return bool(meant) and meant <= approved


def compared_again(parts: Parts, change_id: int, ticks: Ticks) -> str:
    """Say that ticked boxes stood beside other pictures than those that are at their head now; empty where not."""
    with parts.reading() as db:
        runs_there = [run.id for run, _ in _at(db, change_id, ticks)]
    return "" if markers.edition(runs_there) == ticks.edition else _COMPARED_AGAIN


def reject(scene: Scene, selection: Selection) -> list[Job]:
    """Reject what a selection names."""
    at = decide.seat(scene.parts, scene.change_id, scene.who, scene.act)
    with scene.parts.db.begin() as db:
        stand = _standing(db, scene)
        chosen = _some([(run, _pick(selection, of_run)) for run, of_run in stand])
        if not chosen:
            raise Refused(_nothing(stand, selection))
        return decide.record(db, at, chosen, opinion=Opinion.REJECTED, via="command", now=scene.now)


def must_have_seen(scene: Scene, written_at: datetime, sha: str | None) -> None:
    """Refuse a command or a sign that was given before its author could see what it would approve."""
    head = scene.change.head
    if sha is not None and not head.startswith(sha.lower()):
        raise Refused(f"The branch is at `{head[:12]}` now, not at `{sha[:12]}`. Look at the pictures again.")
    if scene.change.fork and sha is None:
        raise Refused(
            "This branch is in a fork, whose author can push between your look and your word. "
            f"Name the commit that you saw: `/golddigger approve {head[:12]}`"
        )
    with scene.parts.reading() as db:
        at_head = runs.at_head(db, scene.change_id, head)
    if any(run.kept and (run.shown_at is None or run.shown_at > written_at) for run in at_head):
        raise Refused("The pictures changed meanwhile. Look at the newest ones, then say it again.")


def _approve(scene: Scene, choose: Callable[[Connection, Standing], Standing], via: str) -> list[Job]:
    at = decide.seat(scene.parts, scene.change_id, scene.who, scene.act)
    with scene.parts.db.begin() as db:
        chosen = choose(db, _standing(db, scene))
        jobs = decide.record(db, at, chosen, opinion=Opinion.APPROVED, via=via, now=scene.now)
        return jobs + decide.request(
            db, at, chosen, comment_id=scene.comment, now=scene.now, gather=scene.parts.gather
        )


def _choose(db: Connection, scene: Scene, stand: Standing, selection: Selection) -> Standing:
    """*All* leaves what somebody rejected as it is; naming a golden overrides that."""
    chosen = [(run, _pick(selection, of_run)) for run, of_run in stand]
    if isinstance(selection, All | OfSuite):
        said = decisions.of_change(db, scene.change_id)
        chosen = [(run, _not_rejected(of_run, said)) for run, of_run in chosen]
    if not _some(chosen):
        raise Refused(_nothing(stand, selection))
    return _some(chosen)


def _not_rejected(of_run: Sequence[Comparison], said: Sequence[Decision]) -> list[Comparison]:
    held = opinions(of_run, said)
    return [each for each in of_run if held[each.id] is not Opinion.REJECTED]


def _of_boxes(stand: Standing, ticks: Ticks) -> Standing:
    if ticks.all or ticks.suites:
        _must_be_of(stand, ticks.edition)

    chosen = _some([(run, [each for each in of_run if _means(ticks, each)]) for run, of_run in stand])
    if not chosen:
        raise Refused(_COMPARED_AGAIN)
    return chosen


def _means(ticks: Ticks, each: Comparison) -> bool:
    return each.decidable and (ticks.all or each.suite in ticks.suites or each.id in ticks.comparisons)


def _approved(db: Connection, change_id: int, ticks: Ticks) -> set[str]:
    """Give the comparisons at the head of a report that stand approved, by their ids."""
    said = decisions.of_change(db, change_id)
    held = (opinions(of_run, said) for _, of_run in _at(db, change_id, ticks))
    return {id_ for of_run in held for id_, opinion in of_run.items() if opinion is Opinion.APPROVED}


def _at(db: Connection, change_id: int, ticks: Ticks) -> Standing:
    at_head = runs.at_head(db, change_id, ticks.head)
    return [(run, comparisons.of_run(db, run.id)) for run in at_head if run.state == "concluded"]


def _must_be_of(stand: Standing, edition: str) -> None:
    """Refuse what was said beside other pictures: CI may have drawn again on the same commit."""
    if markers.edition(run.id for run, _ in stand) != edition:
        raise Refused(_COMPARED_AGAIN)


def _pick(selection: Selection, of_run: Sequence[Comparison]) -> list[Comparison]:
    return [each for each in commands.choose(selection, of_run) if each.decidable]


def _some(chosen: Standing) -> Standing:
    return [(run, of_run) for run, of_run in chosen if of_run]


def _standing(db: Connection, scene: Scene) -> Standing:
    at_head = runs.at_head(db, scene.change_id, scene.change.head)
    if any(run.state in ("queued", "comparing") for run in at_head):
        raise Refused("The goldens of this head are still being compared. Try again when the check has ended.")
    return [(run, comparisons.of_run(db, run.id)) for run in at_head if run.state == "concluded"]


def _nothing(stand: Standing, selection: Selection) -> str:
    names = [each.name for _, of_run in stand for each in of_run if each.decidable]
    if not names:
        return "Nothing awaits a decision on this head."
    if isinstance(selection, All):
        return "All that awaited a decision was rejected. Name the goldens to approve them all the same."
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return f"No golden that awaits a decision matches. There are {len(names)}, such as {shown}."
