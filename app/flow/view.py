"""Gather what a report tells of: one head of a change, with its runs, decisions and approvals."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from sqlalchemy import Connection

from app.flow import enact, settled
from app.flow.parts import Parts, Pictures
from app.flow.seals import Place
from bots.forge import Change, Vocabulary
from bots.views import ApprovalView, Beside, RunView, Said, View
from diffing.mistakes import Misconfigured
from diffing.verdict import judge
from diffing.words import Comparison, Decision, Digest, Opinion
from storage import approvals, changes, comparisons, decisions, runs
from storage.approvals import StoredApproval
from storage.runs import StoredRun

_PICTURES_LAST = timedelta(days=90)


def gather(parts: Parts, change_id: int, change: Change, *, waiting: int, now: datetime) -> View:
    """Gather how a change stands at its head."""
    with parts.reading() as db:
        kept = changes.get(db, change_id)
        said = decisions.of_change(db, change_id)
        here = [(run, _compared(db, run)) for run in runs.at_head(db, change_id, change.head)]
        live = {run.id for run, _ in here}
        asked = [each for each in approvals.of_change(db, change_id) if _concerns(each, change.head, live)]
    mistakes = _mistakes(parts, change) if any(run.state == "failed" for run, _ in here) else ()
    seen = [_run(parts, run, compared, said_already=mistakes) for run, compared in here]
    everything = list(chain.from_iterable(run.comparisons for run in seen))
    return View(
        vocabulary=parts.forges[change.repo.host].words(),
        change_id=str(change_id),
        number=change.number,
        title=change.title,
        head=change.head,
        url=_first(seen, parts.links.base),
        fork=change.fork,
        runs=tuple(seen),
        opinions=_held(everything, said),
        verdict=judge(everything, said),
        approvals=tuple(_approval(each) for each in asked),
        waiting=waiting,
        mistakes=mistakes,
        notice=kept.notice,
        picture=_pictures(parts, change, now),
        seal=partial(parts.seals.seal, Place(change.repo, change.number, change_id)),
        commented=kept.comment_id is not None,
        beside=_beside(change, asked, parts.forges[change.repo.host].words()),
    )


def _concerns(each: StoredApproval, head: str, live: Collection[str]) -> bool:
    """Does an approval tell how this head stands? One that was carried out does not where the branch was put back
    to before its commit: its run was over then, and what stands there now is another."""
    gone = each.state == "committed" and not each.beside and each.run_id not in live
    return head == each.commit or (head == each.head and not gone)


def _compared(db: Connection, run: StoredRun) -> list[Comparison]:
    return comparisons.of_run(db, run.id) if run.state == "concluded" else []


def _mistakes(parts: Parts, change: Change) -> tuple[str, ...]:
    """Say what is wrong in the configuration now: somebody may have mended it since a run failed over it."""
    try:
        settled.rules(parts, change)
    except Misconfigured as found:
        return tuple(f"`.golddigger.yml`, {mistake}" for mistake in found.mistakes)
    return ()


def _run(parts: Parts, run: StoredRun, compared: Sequence[Comparison], *, said_already: Sequence[str]) -> RunView:
    return RunView(
        id=run.id,
        title=run.title,
        url=parts.links.run(run.id),
        state=run.state,
        golden_url=lambda each: parts.links.run(run.id, golden=each.name),
        kept=run.kept,
        notes=tuple(run.notes),
        why="" if said_already else run.why,
        done=run.done,
        total=run.total,
        comparisons=tuple(compared),
    )


def _first(seen: Sequence[RunView], otherwise: str) -> str:
    """Lead to the run that most needs to be looked at."""
    by_need = sorted(seen, key=lambda run: (not any(each.open for each in run.comparisons), not run.kept))
    return by_need[0].url if by_need else otherwise


def _held(compared: Sequence[Comparison], said: Sequence[Decision]) -> Mapping[str, Said | None]:
    last = {(each.name, each.candidate): each for each in said}
    return {each.id: _counts(last.get((each.name, each.candidate))) for each in compared}


def _counts(decision: Decision | None) -> Said | None:
    if decision is None or decision.opinion is Opinion.WITHDRAWN:
        return None
    return Said(decision.opinion, decision.who)


def _approval(each: StoredApproval) -> ApprovalView:
    return ApprovalView(
        state=each.state,
        who=each.who,
        why=each.why,
        commit=each.commit or "",
        url=each.commit_url,
        files=frozenset((file.name, file.candidate) for file in each.files),
    )


def _pictures(parts: Parts, change: Change, now: datetime) -> Callable[[Digest], str] | None:
    allowed = {Pictures.OFF: False, Pictures.PUBLIC: not change.repo.private, Pictures.ALL: True}
    if not allowed[parts.pictures]:
        return None
    until = (now + _PICTURES_LAST).replace(hour=0, minute=0, second=0, microsecond=0)
    return lambda digest: parts.links.picture(digest, until=until)  # the same all day: the comment stays equal


def _beside(change: Change, asked: Sequence[StoredApproval], words: Vocabulary) -> Beside | None:
    if not any(each.beside and each.commit != change.head for each in asked):  # or it was brought in since
        return None
    branch = enact.branch_beside(change)
    fetch = f"git fetch {words.origin(change.url)} {branch}"
    if change.fork:  # the commit lies on the base, not on the fork's head
        return Beside(branch, (fetch, "git cherry-pick -X theirs FETCH_HEAD"), into=change.branch)
    # Wherever they are run, these touch nothing but that branch, and only forward.
    return Beside(branch, (fetch, f"git push origin FETCH_HEAD:{shlex.quote(change.branch)}"), into=change.branch)
