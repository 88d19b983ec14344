"""Keep who said what of which candidate. Rows are added and never touched again: they are the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from diffing.words import Decision, Digest, Name, Opinion
from storage.tables import decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """One person's opinion of one candidate: where, how and by what right it was said."""

    id: int
    change_id: int
    run_id: str
    head: str
    name: Name
    candidate: Digest | None
    opinion: Opinion
    who: str
    via: str
    """`command`, `tick`, `button` or `page`."""
    granted: str
    """The forge's answer when asked whether this person may."""
    act: str
    """Equal for what was said in one go."""
    at: datetime

    @property
    def decision(self) -> Decision:
        """Give it in the core's words."""
        return Decision(name=self.name, candidate=self.candidate, opinion=self.opinion, who=self.who)


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
    """Keep what somebody said in one go of candidates of one run."""
    every = {
        "change_id": change_id,
        "run_id": run_id,
        "head": head,
        "via": via,
        "granted": granted,
        "act": act,
        "at": now,
    }
    if rows:
        db.execute(insert(decisions), [every | _columns(each) for each in rows])


def audit(db: Connection, change_id: int) -> list[StoredDecision]:
    """Give all that was said on a change, with its circumstances, oldest first."""
    query = select(decisions).where(decisions.c.change_id == change_id).order_by(decisions.c.id)
    return [_stored(row) for row in db.execute(query)]


def on_golden(db: Connection, change_ids: Collection[int], name: Name) -> list[StoredDecision]:
    """Give all that was said of one golden on some changes, oldest first."""
    query = select(decisions).where(decisions.c.change_id.in_(change_ids), decisions.c.name == name)
    return [_stored(row) for row in db.execute(query.order_by(decisions.c.id))]


def of_change(db: Connection, change_id: int) -> list[Decision]:
    """Give all that was said on a change, oldest first."""
    return [each.decision for each in audit(db, change_id)]


def last(db: Connection, change_id: int, name: Name, candidate: Digest | None) -> Decision | None:
    """Give the last thing that was said of a candidate; None where nobody spoke of it."""
    query = select(decisions).where(decisions.c.change_id == change_id, decisions.c.name == name)
    query = query.where(decisions.c.candidate.is_not_distinct_from(candidate)).order_by(decisions.c.id.desc())
    row = db.execute(query.limit(1)).one_or_none()
    return _stored(row).decision if row else None


def of_act(db: Connection, change_id: int, act: str) -> list[Decision]:
    """Give what was said in one go."""
    query = select(decisions).where(decisions.c.change_id == change_id, decisions.c.act == act)
    return [_stored(row).decision for row in db.execute(query.order_by(decisions.c.id))]


def last_act(db: Connection, change_id: int, who: str) -> list[Decision]:
    """Give what a person said in one go last, as far as it still counts: not withdrawn, and nobody said anything
    of it since."""
    last = {(each.name, each.candidate): each for each in audit(db, change_id)}
    counting = [each for each in last.values() if each.who == who and each.opinion is not Opinion.WITHDRAWN]
    if not counting:
        return []
    act = max(counting, key=lambda each: each.id).act
    return [each.decision for each in sorted(counting, key=lambda each: each.id) if each.act == act]


def _columns(each: Decision) -> dict[str, Any]:
    return {"name": each.name, "candidate": each.candidate, "opinion": each.opinion.value, "who": each.who}


def _stored(row: Row[Any]) -> StoredDecision:
    columns = row._asdict()
    return StoredDecision(**columns | {"opinion": Opinion(row.opinion)})
