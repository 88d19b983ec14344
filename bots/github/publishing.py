"""Say a report: the check first, which a team may require, then the comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bots.forge import Publications, Report
from bots.github.checks import Checks
from bots.github.comments import Comments


def publish(checks: Checks, comments: Comments, report: Report, before: Publications) -> Iterator[Publications]:
    """Say a report, and after each step where it stands now."""
    now_said = before
    if report.begun:
        said = checks.say(report, before)
        now_said = replace(before, check=said.check, annotated=said.annotated, said_at=said.at)
        yield now_said
    if report.comment is None:
        return
    comment = comments.say(report.comment, before.comment)
    written = datetime.fromisoformat(comment["updated_at"])
    if report.conclusion is None and now_said.said_at:  # a comment that did not change may keep its time
        written = max(written, now_said.said_at)
    yield replace(now_said, comment=str(comment["id"]), said_at=written)
