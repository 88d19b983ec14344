"""Say what already holds for a change: its rules on the base branch, and what was committed at its head."""

from __future__ import annotations

from sqlalchemy import Connection

from app.flow.parts import Parts
from bots.forge import ApproveRule, Change
from diffing import config
from diffing.config import Config
from storage import approvals


def rules(parts: Parts, change: Change) -> Config | None:
    """Read the configuration of the base branch; None where there is none. Raises Misconfigured."""
    content = parts.forges[change.repo.host].config(change)
    return None if content is None else config.read(content)


def approve_rule(parts: Parts, change: Change) -> ApproveRule:
    """Give who may approve a change; the default where the base branch does not say."""
    read = rules(parts, change)
    if read is None:
        return ApproveRule()
    said = read.approve
    return ApproveRule(
        permission=said.permission, self_approval=said.self_approval, users=said.users, teams=said.teams
    )


def committed(db: Connection, change_id: int, head: str) -> bool:
    """Was something that was approved at this head committed?"""
    return any(each.head == head and each.state == "committed" for each in approvals.of_change(db, change_id))
