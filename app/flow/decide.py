"""Take decisions: ask whether somebody may, keep what they said, and request the commit of what was approved."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.flow import settled, standing
from app.flow.jobs import Approve, Job, Publish
from app.flow.parts import Parts
from bots.forge import Change, User
from diffing.verdict import opinions
from diffing.words import Comparison, Decision, Digest, Opinion, Refused
from storage import approvals, changes, comparisons, decisions, runs
from storage.approvals import File
from storage.runs import StoredRun

Chosen = Sequence[tuple[int, Digest | None]]
"""Comparison ids, each with the candidate that the person saw."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who may decide on a change now, and the forge's words for why."""

    change: Change
    change_id: int
    who: User
    granted: str
    act: str
    """Names what this person does in one go."""


def seat(parts: Parts, change_id: int, who: User, act: str | None = None) -> Seat:
    """Ask the forge whether somebody may decide on a change; Refused, with the forge's words, where not.

    `act` is equal when the same order is carried out again; None where nothing can repeat it."""
    change = standing.ask(parts, change_id)
    if not change.open:
        raise Refused("This change is closed; nothing is committed to it any more.")
    rule = settled.approve_rule(parts, change)
    permission = parts.forges[change.repo.host].may_approve(change, who, rule)
    if not permission.granted:
        raise Refused(permission.why)
    return Seat(change, change_id, who, permission.why, act or fresh_act())


def fresh_act() -> str:
    """Name one act, as nothing else is named."""
    return secrets.token_urlsafe(12)


def decide(
    parts: Parts, at: Seat, *, run_id: str, opinion: Opinion, chosen: Chosen, via: str, now: datetime
) -> list[Job]:
    """Keep one person's opinion of candidates of one run; Refused where they are not what is at the head now."""
    with parts.db.begin() as db:
        run = runs.get(db, run_id)
        if run.change_id != at.change_id:
            raise ValueError("a seat is for one change, and the run is of another")
        return record(db, at, [(run, _same(db, run_id, chosen))], opinion=opinion, via=via, now=now)


def record(
    db: Connection,
    at: Seat,
    seen: Sequence[tuple[StoredRun, Sequence[Comparison]]],
    *,
    opinion: Opinion,
    via: str,
    now: datetime,
) -> list[Job]:
    """Keep one act: the same opinion of comparisons of runs that still stand at the head."""
    for run, chosen in seen:
        _still(db, run.id, at.change)
        decisions.add(
            db,
            change_id=at.change_id,
            run_id=run.id,
            head=run.head,
            rows=[
                Decision(name=each.name, candidate=each.candidate, opinion=opinion, who=at.who.name)
                for each in chosen
            ],
            via=via,
            granted=at.granted,
            act=at.act,
            now=now,
        )
    changes.want(db, at.change_id)
    return [Publish(at.change_id)]


def undo(parts: Parts, at: Seat, *, via: str, now: datetime) -> tuple[list[Job], int]:
    """Take back the last thing that this person said here and that is not yet committed; give how many it was."""
    with parts.db.begin() as db:
        last = {(each.name, each.candidate) for each in decisions.last_act(db, at.change_id, at.who.name)}
        seen = [
            (run, [each for each in comparisons.of_run(db, run.id) if (each.name, each.candidate) in last])
            for run in runs.at_head(db, at.change_id, at.change.head)
        ]
        count = sum(len(chosen) for _, chosen in seen)
        if not count:
            raise Refused("There is nothing of yours to take back on this head.")
        if settled.committed(db, at.change_id, at.change.head):
            raise Refused("That is committed already. Take the commit back with `git revert`.")
        kept = [(run, chosen) for run, chosen in seen if chosen]
        return record(db, at, kept, opinion=Opinion.WITHDRAWN, via=via, now=now), count


def commit(parts: Parts, *, run_id: str, who: User, now: datetime) -> list[Job]:
    """Ask for the commit of everything approved at the head of a run's change."""
    with parts.reading() as db:
        run = runs.get(db, run_id)
    at = seat(parts, run.change_id, who)
    with parts.db.begin() as db:
        _still(db, run_id, at.change)
        stand = [(run, comparisons.of_run(db, run.id)) for run in runs.at_head(db, at.change_id, run.head)]
        return request(db, at, stand, comment_id=None, now=now, gather=0.0)


def request(
    db: Connection,
    at: Seat,
    chosen: Sequence[tuple[StoredRun, Sequence[Comparison]]],
    *,
    comment_id: str | None,
    now: datetime,
    gather: float,
) -> list[Job]:
    """Request the commit of what stands approved among these, bound to run, head, base and digests."""
    said = decisions.of_change(db, at.change_id)
    requested = 0
    for run, of_run in chosen:
        files = _approved(of_run, said)
        if not files:
            continue
        approvals.request(
            db,
            change_id=at.change_id,
            run_id=run.id,
            head=run.head,
            base=run.base,
            files=files,
            who=at.who.name,
            author=at.who.author,
            comment_id=comment_id,
            now=now,
        )
        requested += 1
    if not requested:
        raise Refused("Nothing is approved yet, so there is nothing to commit.")
    changes.want(db, at.change_id)
    return [Approve(at.change_id, gather), Publish(at.change_id)]


def _approved(of_run: Sequence[Comparison], said: Sequence[Decision]) -> list[File]:
    held = opinions(of_run, said)
    return [
        File(name=each.name, candidate=each.candidate, golden_blob=each.golden_blob, suite=each.suite)
        for each in of_run
        if each.decidable and held[each.id] is Opinion.APPROVED
    ]


def _same(db: Connection, run_id: str, chosen: Chosen) -> list[Comparison]:
    """Give the chosen comparisons, each with the very candidate that was seen."""
    by_id = {int(each.id): each for each in comparisons.of_ids(db, run_id, [id_ for id_, _ in chosen])}
    seen = [(by_id.get(id_), candidate) for id_, candidate in chosen]
    if any(each is None or each.candidate != candidate for each, candidate in seen):
        raise Refused("The picture changed since you looked. Reload the page and look again.")
    undecidable = [each.name for each, _ in seen if each and not each.decidable]
    if undecidable:
        raise Refused(f"Nothing can be decided on {undecidable[0]}: it is shown only.")
    return [each for each, _ in seen if each]


def _still(db: Connection, run_id: str, change: Change) -> None:
    run = runs.get(db, run_id)
    if run.state == "superseded" or run.head != change.head:
        raise Refused(
            f"These pictures are of {run.head[:12]}, and the branch is at {change.head[:12]} now, "
            "or was compared again. Look at the newest run."
        )
    if run.state != "concluded":
        raise Refused("This run is still being compared. Decide when it has ended.")
