"""Say a report: first the status and the check that a team may require, then the note, last goldens' threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bots.forge import Change, Publications, Report
from bots.gitlab.comments import Comments
from bots.gitlab.discussions import Discussions
from bots.gitlab.external_checks import ExternalChecks
from bots.gitlab.statuses import Statuses
from diffing.words import Unavailable


def publish(
    statuses: Statuses,
    checks: ExternalChecks,
    comments: Comments,
    discussions: Discussions,
    change: Change,
    report: Report,
    before: Publications,
) -> Iterator[Publications]:
    """Say a report, and after each step where it stands now."""
    now_said = before
    if report.begun and (said := statuses.say(change, report)) is not None:
        now_said = replace(before, check=said.check, said_at=said.at)
        yield now_said
    later = _unsaid(checks, change, report)
    if report.comment is not None:
        note = comments.say(report.comment, before.comment)
        written = datetime.fromisoformat(note["updated_at"])
        if report.conclusion is None and now_said.said_at:  # a note that did not change keeps its time
            written = max(written, now_said.said_at)
        yield replace(now_said, comment=str(note["id"]), said_at=written)
    discussions.say(report)
    if later is not None:
        raise later


def _unsaid(checks: ExternalChecks, change: Change, report: Report) -> Unavailable | None:
    """Answer the check, and give why that must be tried again: the note does not wait for it."""
    try:
        checks.say(change, report)
    except Unavailable as unavailable:
        return unavailable
    return None
