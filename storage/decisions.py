"""Keep decisions. Append-only: they are the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from diffing.words import Decision, Digest, Name, Opinion
from storage.rows import one
from storage.tables import decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision's row: what was said of which candidate, by whom, how, and why they may."""

    id: int
    change_id: int
    run_id: str
    head: str
    name: str
    candidate: str | None
    opinion: str
    who: str
    via: str
    granted: str
    act: str
    at: datetime


def add(
    db: Connection,
    *,
    change_id: int,
    run_id: str,
    head: str,
    rows: Sequence[Decision],
    via: str,
    granted: str,
    act: str,
    now: datetime,
) -> None:
    """Keep what somebody said in one act."""
    told = {"change_id": change_id, "run_id": run_id, "head": head, "via": via, "granted": granted}
    values = [
        {
            **told,
            "name": each.name,
            "candidate": each.candidate,
            "opinion": each.opinion,
            "who": each.who,
            "act": act,
            "at": now,
        }
        for each in rows
    ]
    if values:
        db.execute(insert(decisions), values)


def of_change(db: Connection, change_id: int) -> list[Decision]:
    """Give the decisions on a change, oldest first."""
    return [_read(each) for each in audit(db, change_id)]


def audit(db: Connection, change_id: int) -> list[StoredDecision]:
    """Give everything that is known of the decisions on a change, oldest first."""
    rows = db.execute(select(decisions).where(decisions.c.change_id == change_id).order_by(decisions.c.id))
    return [one(StoredDecision, row) for row in rows]


def last_act(db: Connection, change_id: int, who: str) -> list[Decision]:
    """Give what somebody said last that still counts: not a withdrawal, not said anew by anybody since."""
    everything = audit(db, change_id)
    last = {(each.name, each.candidate): each for each in everything}
    counts = [each for each in last.values() if each.who == who and each.opinion != Opinion.WITHDRAWN]
    newest = max((each.id for each in counts), default=None)
    act = next((each.act for each in counts if each.id == newest), None)
    return [_read(each) for each in counts if each.act == act]


def _read(each: StoredDecision) -> Decision:
    return Decision(
        name=Name(each.name),
        candidate=Digest(each.candidate) if each.candidate else None,
        opinion=Opinion(each.opinion),
        who=each.who,
    )
