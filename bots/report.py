"""Word the report on one head of a change: how its check ends, and what is written where. Pure."""

from __future__ import annotations

from bots import commands, standing
from bots.comment import approvable_at_once, comment, summary
from bots.forge import Annotation, Button, Conclusion, Report
from bots.sentences import FLAKY, numbers, rank, what
from bots.views import ApprovalView, Beside, RunView, Said, View
from diffing.words import Comparison, Outcome, Verdict

__all__ = ["ApprovalView", "Beside", "RunView", "Said", "View", "conclusion", "word"]

MOST_ANNOTATIONS = 1_000


def word(view: View) -> Report:
    """Say everything there is to say of a head."""
    ended = conclusion(view)
    return Report(
        head=view.head,
        handle=view.change_id,
        conclusion=ended,
        begun=view.begun,
        title=standing.title(view),
        summary=summary(view),
        url=view.url,
        annotations=_annotations(view) if ended else (),
        buttons=_buttons(view),
        comment=comment(view) if _worth_a_comment(view) else None,
    )


def conclusion(view: View) -> Conclusion | None:
    """Say how the check ends; None while something is under way. Green only what passed or stands committed."""
    if not view.settled:
        return None
    if view.mistakes or any(run.state == "failed" for run in view.runs):
        return Conclusion.FAILURE
    if not any(run.kept for run in view.runs):
        return Conclusion.NEUTRAL
    match view.verdict:
        case Verdict.PASSED:
            return Conclusion.SUCCESS
        case Verdict.APPROVED:
            return Conclusion.SUCCESS if view.committed else Conclusion.ACTION_REQUIRED
        case Verdict.PENDING:
            return Conclusion.ACTION_REQUIRED
        case Verdict.REJECTED:
            return Conclusion.FAILURE


def _worth_a_comment(view: View) -> bool:
    """Not to say that all is well, or that there is nothing: only where that takes back what stands there."""
    if view.commented or view.notice or any(each.open for each in view.comparisons):
        return True
    return conclusion(view) is Conclusion.FAILURE


def _buttons(view: View) -> tuple[Button, ...]:
    rerun = Button(id=commands.RERUN, label="Re-run", description="Fetch the artifacts and compare again")
    if not approvable_at_once(view):
        return (rerun,)
    approve = commands.button(view.edition)
    return (
        Button(id=approve, label="Approve all", description="Commit every golden not rejected"),
        rerun,
    )


def _annotations(view: View) -> tuple[Annotation, ...]:
    """Remark on each golden where it stands. Equal whatever is decided: some forges can only append."""
    found = [(run, each) for run in view.runs for each in run.comparisons if each.open and each.placed]
    first = sorted(found, key=lambda pair: rank(pair[1]))[:MOST_ANNOTATIONS]
    return tuple(_annotation(view, run, each) for run, each in first)


def _annotation(view: View, run: RunView, each: Comparison) -> Annotation:
    return Annotation(
        path=_sound(each.name),
        title=f"Golden {_headline(each)}",
        message=_message(run, each),
        failure=each.outcome in (Outcome.CHANGED, Outcome.UNREADABLE),
        decided=view.opinion(each) is not None,
    )


def _headline(each: Comparison) -> str:
    if each.outcome is Outcome.CHANGED and each.difference and each.difference.kind:
        return f"changed: {what(each)}"
    return str(each.outcome)


def _message(run: RunView, each: Comparison) -> str:
    why = each.why or (each.difference.why if each.difference else "")
    said = [
        numbers(each),
        FLAKY if each.flaky else "",
        why.encode(errors="replace")[:2_000].decode(errors="ignore"),
    ]
    return "\n".join([*(part for part in said if part), f"Before and after: {run.at(each)}"])


def _sound(words: str) -> str:
    """Leave out half characters, which a path in git may have and which no request can carry."""
    return words.encode(errors="replace").decode()
