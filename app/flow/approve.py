"""Write what was approved into git: claim, commit, record. Nothing that nobody saw is ever committed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.flow import enact, heads, patience, standing
from app.flow.jobs import Approve, Job, Publish
from app.flow.parts import Parts
from bots.forge import Change, Committed, Conflict, Forbidden, Forge, Reaction, Write
from diffing.words import Refused, Sha, Unavailable
from storage import approvals, changes
from storage.approvals import StoredApproval

log = structlog.get_logger("flow")

_LONGEST = 12
"""So many times the time between two approvals may pass until they are committed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Approvals of one change that one commit is to carry out, and the change as it stands now."""

    parts: Parts
    change_id: int
    change: Change
    claimed: tuple[StoredApproval, ...]
    now: datetime

    @property
    def forge(self) -> Forge:
        """Whom to ask."""
        return self.parts.forges[self.change.repo.host]

    @property
    def ids(self) -> list[str]:
        """The approvals' ids."""
        return [each.id for each in self.claimed]

    def writes(self, onto: Change) -> list[Write]:
        """Give what is not yet as approved where this head stands."""
        return enact.writes(self.parts, self.change_id, onto, self.claimed)

    def message(self, files: Sequence[Write]) -> str:
        """Word the commit."""
        return enact.message(self.parts, self.change_id, self.change, self.claimed, files)

    def of(self, claimed: Sequence[StoredApproval]) -> Batch:
        """Give a part of it."""
        return replace(self, claimed=tuple(claimed))


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
        return _carry_out(Batch(parts, change_id, standing.ask(parts, change_id), tuple(claimed), now))
    except Unavailable as unavailable:
        return _later(parts, change_id, claimed, unavailable, now)
    except Refused as refused:
        return give_up(parts, change_id, claimed, str(refused))


def _later(
    parts: Parts, change_id: int, claimed: Sequence[StoredApproval], unavailable: Unavailable, now: datetime
) -> list[Job]:
    """Put approvals off, as long as that makes sense."""
    if patience.is_over(min(each.requested_at for each in claimed), now):
        return give_up(parts, change_id, claimed, patience.last_words(unavailable))
    after = patience.pause(unavailable, f"approvals {change_id}", max(each.tries for each in claimed))
    log.warning("later", why=str(unavailable), after=after, change=change_id)
    with parts.db.begin() as db:
        until = now + timedelta(seconds=after)
        ids, lease = [each.id for each in claimed], claimed[0].lease_until
        approvals.release(db, ids, until=until, why=str(unavailable), lease=lease)
    return [Approve(change_id, after)]


def _patience(parts: Parts, asked: Sequence[StoredApproval], now: datetime) -> float:
    """Give how many seconds to wait still: whoever ticks box after box wants one commit, and each tick may come
    a while after the one before. Somebody who never stops is not waited for for ever."""
    waiting = [each.requested_at for each in asked if each.state == "requested"]
    if not waiting:
        return 0.0
    gather = timedelta(seconds=parts.gather)
    return (min(max(waiting) + gather, min(waiting) + _LONGEST * gather) - now).total_seconds()


def give_up_all(parts: Parts, change_id: int, why: str, now: datetime) -> list[Job]:
    """Fail what whoever began at `now` holds, because carrying it out broke us however often it was tried."""
    with parts.reading() as db:
        mine = approvals.held(db, change_id, lease=now + parts.lease)
    return give_up(parts, change_id, mine, why) if mine else []


def give_up(parts: Parts, change_id: int, claimed: Sequence[StoredApproval], why: str) -> list[Job]:
    """Record that approvals cannot be carried out, and have the reason said; nothing, where they were lost."""
    with parts.db.begin() as db:
        if not approvals.fail(db, [each.id for each in claimed], why=why, lease=claimed[0].lease_until):
            return []
        changes.want(db, change_id, f"Nothing was committed: {why}")
    return [Publish(change_id)]


def _carry_out(batch: Batch) -> list[Job]:
    made = _made(batch) if any(each.tries > 1 for each in batch.claimed) else None
    if made is not None and _whole(batch, made):
        return _record(batch, made)
    if made is not None and made.sha == batch.change.head and batch.change.open:
        return _commit(batch)  # the rest of what was made in part
    due = [each for each in batch.claimed if each.head == batch.change.head and batch.change.open]
    late = [each for each in batch.claimed if each not in due]
    jobs = _stale(batch.of(late), in_part=made is not None) if late else []
    return jobs + (_commit(batch.of(due)) if due else [])


def _commit(batch: Batch) -> list[Job]:
    writes = batch.writes(batch.change)
    if not writes:
        return _nothing_left(batch)
    try:
        commit = batch.forge.commit(batch.change, writes, batch.message(writes), batch.change.head)
    except Conflict:
        return _moved(batch)
    except Forbidden:
        return _commit_beside(batch)
    return _record(batch, commit)


def _commit_beside(batch: Batch) -> list[Job]:
    """Commit onto a branch of our own: with what went there before for this head, so that nothing is lost.

    For a fork on top of the base, with the goldens alone: its code must not come to lie on a branch of the base
    repository, where workflows run with secrets. Else on top of what went there before, or of the head."""
    with batch.parts.reading() as db:
        all_of_it = approvals.of_change(db, batch.change_id)
    gone_before = [each for each in all_of_it if each.beside and each.head == batch.change.head]
    if batch.change.fork:
        onto = replace(batch.change, head=batch.change.base)
        whole = batch.of([*gone_before, *batch.claimed])
    else:
        last = next((each.commit for each in reversed(gone_before) if each.commit), None)
        onto, whole = replace(batch.change, head=Sha(last or batch.change.head)), batch
    writes = whole.writes(onto)
    if not writes:
        return _nothing_left(batch)
    branch = enact.branch_beside(batch.change)
    ours = {Sha(each.commit) for each in all_of_it if each.beside == branch and each.commit}
    commit = batch.forge.commit_beside(onto, writes, whole.message(writes), branch, ours=ours)
    return _record(batch, commit, beside=branch)


def _nothing_left(batch: Batch) -> list[Job]:
    why = "what was approved was taken back, or stands there already."
    return give_up(batch.parts, batch.change_id, batch.claimed, why)


def _moved(batch: Batch) -> list[Job]:
    """The head moved under us: by somebody's push, or because whoever took over from us made the commit."""
    now = replace(batch, change=standing.ask(batch.parts, batch.change_id))
    made = _made(now)
    if made is not None and _whole(now, made):
        return _record(now, made)
    return _stale(now, in_part=made is not None)


def _made(batch: Batch) -> Committed | None:
    """Find the commit in the branch by its trailers: the last of several, where it was split."""
    trailers = {f"Golddigger-Approval: {each.id}" for each in batch.claimed}
    for commit in batch.forge.history(batch.change, 20):
        if trailers <= set(commit.message.splitlines()):
            return commit
    return None


def _whole(batch: Batch, made: Committed) -> bool:
    """Did all that was approved stand in the branch with that commit?"""
    return not batch.writes(replace(batch.change, head=made.sha))


def _record(batch: Batch, commit: Committed, *, beside: str = "") -> list[Job]:
    with batch.parts.db.begin() as db:
        approvals.commit(db, batch.ids, commit=commit.sha, url=commit.url, beside=beside)
        changes.want(db, batch.change_id)
    for comment in {each.comment_id for each in batch.claimed if each.comment_id}:
        batch.forge.react(batch.change, comment, Reaction.DONE)
    return [Publish(batch.change_id)]


def _stale(batch: Batch, *, in_part: bool = False) -> list[Job]:
    people = ", ".join(sorted({f"@{each.who}" for each in batch.claimed}))
    why = (
        f"{people}: {'only a part' if in_part else 'nothing'} was committed, because the branch moved from "
        f"{batch.claimed[0].head[:12]} to {batch.change.head[:12]} since you looked. "
        "What did not change stays approved; look at the rest again."
    )
    with batch.parts.db.begin() as db:
        approvals.stale(db, batch.ids, why=why)
        changes.want(db, batch.change_id, why)
    return [*heads.look(batch.parts, batch.change, batch.now), Publish(batch.change_id)]
