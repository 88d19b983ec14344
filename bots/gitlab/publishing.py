"""Say a report: the status first, which a team may require, then the note, and last the threads of goldens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bots.forge import Change, Publications, Report
from bots.gitlab.comments import Comments
from bots.gitlab.discussions import Discussions
from bots.gitlab.statuses import Statuses


def publish(
    statuses: Statuses,
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
    if report.comment is not None:
        note = comments.say(report.comment, before.comment)
        # To the second: webhooks tell no more of when a note was written that is held against this.
        written = datetime.fromisoformat(note["updated_at"]).replace(microsecond=0)
        if report.conclusion is None and now_said.said_at:  # a note that did not change keeps its time
            written = max(written, now_said.said_at)
        yield replace(now_said, comment=str(note["id"]), said_at=written)
    discussions.say(report)
