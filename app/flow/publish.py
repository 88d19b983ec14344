"""Say on the forge how a change stands: claim what is owed, say it, record that it was said."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.flow import heads, patience, standing, view
from app.flow.jobs import Job, Publish
from app.flow.parts import Parts
from bots.forge import Change, Publications, Report
from bots.report import word
from bots.views import View
from diffing.words import Refused, Sha, Unavailable
from storage import changes, publications, runs

log = structlog.get_logger("flow")


def publish(parts: Parts, change_id: int, now: datetime) -> list[Job]:
    """Say how a change stands now; once more where something happened meanwhile."""
    lease = now + parts.lease
    with parts.db.begin() as db:
        wanted = changes.claim(db, change_id, now=now, until=lease)
    if wanted is None:
        return []
    try:
        change = standing.ask(parts, change_id)
        survey = heads.survey(parts, change, now)
        seen = view.gather(parts, change_id, change, waiting=survey.waiting, now=now)
        report = word(seen)
        unsaid = _say(parts, change_id, change, report) if change.open else None
    except Unavailable as unavailable:
        return _later(parts, change_id, wanted, unavailable, now)
    except Refused as refused:
        return _unsaid(parts, change_id, wanted, refused, now)
    if unsaid is not None:
        log.warning("refused", why=str(unsaid), change=change.url)
    return [*survey.jobs, *_record(parts, change_id, seen, report, wanted, lease)]


def give_up(parts: Parts, change_id: int, why: str, now: datetime) -> list[Job]:
    """Leave a report unsaid that cannot be made; the next event asks for a new one."""
    with parts.db.begin() as db:
        kept = changes.get(db, change_id)
        if kept.lease_until == now + parts.lease:  # or it is another's
            changes.give_up(db, change_id, kept.wanted, why=why, now=now)
    return []


def _later(parts: Parts, change_id: int, wanted: int, unavailable: Unavailable, now: datetime) -> list[Job]:
    """Put a report off, as long as that makes sense."""
    with parts.db.begin() as db:
        kept = changes.get(db, change_id)
        if patience.is_over(kept.late_since or now, now):
            changes.give_up(db, change_id, wanted, why=patience.last_words(unavailable), now=now)
            return []
        after = patience.pause(unavailable, f"change {change_id}", kept.tries + 1)
        log.warning("later", why=str(unavailable), after=after, change=change_id)
        until = now + timedelta(seconds=after)
        changes.put_off(db, change_id, until=until, why=str(unavailable), now=now)
    return [Publish(change_id, after=after)]


def _say(parts: Parts, change_id: int, change: Change, report: Report) -> Refused | None:
    """Publish, keeping after each step where it was said, so that saying it again edits.

    Gives what the forge did not take: a comment in a locked conversation. What was said before it stands."""
    with parts.reading() as db:
        comment = changes.get(db, change_id).comment_id
        kept = publications.get(db, change_id, report.head)
    before = Publications(
        check=kept.check_id if kept else None,
        annotated=kept.annotated if kept else "",
        comment=comment,
        said_at=kept.said_at if kept else None,
    )
    try:
        for now_said in parts.forges[change.repo.host].publish(change, report, before):
            _keep(parts, change_id, report.head, now_said)
    except Refused as refused:
        return refused
    return None


def _keep(parts: Parts, change_id: int, head: Sha, said: Publications) -> None:
    with parts.db.begin() as db:
        changes.set_comment(db, change_id, said.comment)
        publications.put(db, change_id, head, check_id=said.check, annotated=said.annotated, said_at=said.said_at)


def _record(parts: Parts, change_id: int, seen: View, report: Report, wanted: int, lease: datetime) -> list[Job]:
    with parts.db.begin() as db:
        if changes.get(db, change_id).lease_until != lease:
            # It lapsed, and somebody else said it meanwhile: perhaps we, who knew less, spoke last.
            changes.want(db, change_id)
            return [Publish(change_id)]
        changes.said(db, change_id, wanted)
        changes.set_pending(db, change_id, report.begun and report.conclusion is None)
        kept = publications.get(db, change_id, report.head)
        concluded = [run.id for run in seen.runs if run.state == "concluded"]
        if kept and kept.said_at:
            runs.shown(db, concluded, kept.said_at)
        more = changes.get(db, change_id).wanted > wanted
    return [Publish(change_id)] if more else []


def _unsaid(parts: Parts, change_id: int, wanted: int, refused: Refused, now: datetime) -> list[Job]:
    # There is nowhere to say it: the forge refused the saying itself. The page and the log still know.
    with parts.db.begin() as db:
        changes.give_up(db, change_id, wanted, why=str(refused), now=now)
        changes.set_pending(db, change_id, False)  # or the sweep would ask for ever where the app was taken away
    raise refused
