"""Write what was approved into git: claim, commit, record. Nothing that nobody saw is ever committed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.flow import enact, heads, standing
from app.flow.jobs import Approve, Job, Publish
from app.flow.parts import Parts
from bots.forge import Change, Committed, Conflict, Forbidden, Reaction
from diffing.words import Refused, Sha, Unavailable
from storage import approvals, changes
from storage.approvals import StoredApproval

_LONGEST = 12
"""So many times the time between two approvals may pass until they are committed."""


def approve(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    """Commit what was approved on a change: everything that waits, in one commit."""
    with parts.db.begin() as db:
        wait = _patience(parts, approvals.of_change(db, change_id), now)
        if wait > 0:
            return [Approve(change_id, wait)]
        claimed = approvals.claim(db, change_id, batch=secrets.token_urlsafe(12), now=now, until=now + parts.lease)
    if not claimed:
        return []
    try:
        change = standing.ask(parts, change_id)
        return _carry_out(parts, change_id, change, claimed, now)
    except Unavailable:
        with parts.db.begin() as db:
            approvals.release(db, [each.id for each in claimed])
        raise
    except Refused as refused:
        return give_up(parts, change_id, claimed, str(refused))


def _patience(parts: Parts, asked: Sequence[StoredApproval], now: datetime) -> float:
    """Give how many seconds to wait still: whoever ticks box after box wants one commit, and each tick may come
    a while after the one before. Somebody who never stops is not waited for for ever."""
    waiting = [each.requested_at for each in asked if each.state == "requested"]
    if not waiting:
        return 0.0
    gather = timedelta(seconds=parts.gather)
    return (min(max(waiting) + gather, min(waiting) + _LONGEST * gather) - now).total_seconds()


def give_up_all(parts: Parts, change_id: int, why: str, now: datetime) -> list[Job]:
    """Fail what waits on a change, because carrying it out broke us however often it was tried."""
    with parts.db.begin() as db:
        begun = [each.id for each in approvals.of_change(db, change_id) if each.state == "committing"]
        approvals.release(db, begun)  # whoever broke holds them still
        claimed = approvals.claim(db, change_id, batch=secrets.token_urlsafe(12), now=now, until=now + parts.lease)
    return give_up(parts, change_id, claimed, why) if claimed else []


def give_up(parts: Parts, change_id: int, claimed: Sequence[StoredApproval], why: str) -> list[Job]:
    """Record that approvals cannot be carried out, and have the reason said."""
    with parts.db.begin() as db:
        approvals.fail(db, [each.id for each in claimed], why=why)
        changes.want(db, change_id, f"Nothing was committed: {why}")
    return [Publish(change_id)]


def _carry_out(
    parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval], now: datetime
) -> list[Job]:
    made = _made(parts, change, claimed) if any(each.tries > 1 for each in claimed) else None
    if made is not None and _whole(parts, change_id, change, claimed, made):
        return _record(parts, change_id, change, claimed, made)
    if made is not None and made.sha == change.head and change.open:
        return _commit(parts, change_id, change, claimed, now)  # the rest of what was made in part
    due = [each for each in claimed if each.head == change.head and change.open]
    late = [each for each in claimed if each not in due]
    jobs = _stale(parts, change_id, change, late, now, in_part=made is not None) if late else []
    return jobs + (_commit(parts, change_id, change, due, now) if due else [])


def _commit(
    parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval], now: datetime
) -> list[Job]:
    writes = enact.writes(parts, change_id, change, claimed)
    if not writes:
        return give_up(parts, change_id, claimed, "what was approved was taken back, or stands there already.")
    message = enact.message(parts, change_id, change, claimed, writes)
    forge = parts.forges[change.repo.host]
    try:
        commit = forge.commit(change, writes, message, change.head)
    except Conflict:
        return _moved(parts, change_id, claimed, now)
    except Forbidden:
        return _commit_beside(parts, change_id, change, claimed)
    return _record(parts, change_id, change, claimed, commit)


def _commit_beside(parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval]) -> list[Job]:
    """Commit onto a branch of our own, on top of what went there before for this head."""
    with parts.reading() as db:
        all_of_it = approvals.of_change(db, change_id)
    before = [each.commit for each in all_of_it if each.beside and each.commit and each.head == change.head]
    onto = replace(change, head=Sha(before[-1])) if before else change
    writes = enact.writes(parts, change_id, onto, claimed)
    if not writes:
        return give_up(parts, change_id, claimed, "what was approved was taken back, or stands there already.")
    branch = enact.branch_beside(change)
    message = enact.message(parts, change_id, change, claimed, writes)
    commit = parts.forges[change.repo.host].commit_beside(onto, writes, message, branch)
    return _record(parts, change_id, change, claimed, commit, beside=branch)


def _moved(parts: Parts, change_id: int, claimed: Sequence[StoredApproval], now: datetime) -> list[Job]:
    """The head moved under us: by somebody's push, or because whoever took over from us made the commit."""
    change = standing.ask(parts, change_id)
    made = _made(parts, change, claimed)
    if made is not None and _whole(parts, change_id, change, claimed, made):
        return _record(parts, change_id, change, claimed, made)
    return _stale(parts, change_id, change, claimed, now, in_part=made is not None)


def _made(parts: Parts, change: Change, claimed: Sequence[StoredApproval]) -> Committed | None:
    """Find the commit in the branch by its trailers: the last of several, where it was split."""
    trailers = {f"Golddigger-Approval: {each.id}" for each in claimed}
    for commit in parts.forges[change.repo.host].history(change, 20):
        if trailers <= set(commit.message.splitlines()):
            return commit
    return None


def _whole(
    parts: Parts, change_id: int, change: Change, claimed: Sequence[StoredApproval], made: Committed
) -> bool:
    """Did all that was approved stand in the branch with that commit?"""
    return not enact.writes(parts, change_id, replace(change, head=made.sha), claimed)


def _record(
    parts: Parts,
    change_id: int,
    change: Change,
    claimed: Sequence[StoredApproval],
    commit: Committed,
    *,
    beside: str = "",
) -> list[Job]:
    with parts.db.begin() as db:
        approvals.commit(db, [each.id for each in claimed], commit=commit.sha, url=commit.url, beside=beside)
        changes.want(db, change_id)
    forge = parts.forges[change.repo.host]
    for comment in {each.comment_id for each in claimed if each.comment_id}:
        forge.react(change, comment, Reaction.DONE)
    return [Publish(change_id)]


def _stale(
    parts: Parts,
    change_id: int,
    change: Change,
    claimed: Sequence[StoredApproval],
    now: datetime,
    *,
    in_part: bool = False,
) -> list[Job]:
    people = ", ".join(sorted({f"@{each.who}" for each in claimed}))
    why = (
        f"{people}: {'only a part' if in_part else 'nothing'} was committed, because the branch moved from "
        f"{claimed[0].head[:12]} to "
        f"{change.head[:12]} since you looked. What did not change stays approved; look at the rest again."
    )
    with parts.db.begin() as db:
        approvals.stale(db, [each.id for each in claimed], why=why)
        changes.want(db, change_id, why)
    return [*heads.look(parts, change, now), Publish(change_id)]
