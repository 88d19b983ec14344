"""Say how a change stands and what happens next, in a tired developer's words. Pure."""

from __future__ import annotations

from collections import Counter

from bots import markdown
from bots.sentences import counts, goldens
from bots.views import ApprovalView, View
from diffing.words import Verdict


def title(view: View) -> str:
    """Say it in one line of plain text without foreign words."""
    end = _end(view) if _compared(view) else ""
    return f"{headline(view)} · {end}" if end else headline(view)


def headline(view: View) -> str:
    """Say what was found, without who thinks what of it."""
    if not view.settled:
        return _under_way(view)
    if view.mistakes:
        return "The configuration has a mistake"
    if any(run.state == "failed" for run in view.runs):
        return "Could not compare"
    return counts(view.comparisons) if _compared(view) else "No goldens to compare"


def sentences(view: View) -> list[str]:
    """Say who decided, what was committed and what comes next (Markdown)."""
    said = [_decided(view), *_commits(view), _next(view), _stuck(view)]
    return [sentence for sentence in said if sentence]


def _compared(view: View) -> bool:
    failed = any(run.state == "failed" for run in view.runs)
    return view.settled and not view.mistakes and not failed and any(run.kept for run in view.runs)


def _under_way(view: View) -> str:
    comparing = [run for run in view.runs if run.under_way]
    total = sum(run.total for run in comparing)
    if total:
        return f"Comparing: {sum(run.done for run in comparing):,} of {goldens(total)}"
    if comparing:
        return "Comparing goldens"
    return "Waiting for CI" if view.waiting <= 1 else f"Waiting for {view.waiting:,} CI runs"


def _end(view: View) -> str:
    match view.verdict:
        case Verdict.PASSED:
            return ""
        case Verdict.REJECTED:
            return "rejected"
        case Verdict.APPROVED:
            return f"approved{_not_yet(view)}"
        case Verdict.PENDING:
            if not view.undecided:
                return "to be mended"
            some = any(view.opinions.values())
            return f"{len(view.undecided):,} awaiting approval" if some else "awaiting approval"


def _not_yet(view: View) -> str:
    if view.committed:
        return ""
    return ", to be brought in" if view.beside else ", not yet committed"


def _next(view: View) -> str:
    if not view.settled:
        found = any(each.open for each in view.comparisons)
        return "Approving is possible as soon as all of CI has ended and is compared." if found else ""
    if view.mistakes:
        return "Mend `.golddigger.yml` on the base branch, then say `/golddigger rerun`."
    if any(run.state == "failed" for run in view.runs):
        return "When that is mended, `/golddigger rerun` tries again."
    match view.verdict:
        case Verdict.PASSED:
            return ""
        case Verdict.REJECTED:
            return "Push a change that draws them as they were, or approve them after all."
        case Verdict.APPROVED if view.committing:
            return "The commit is on its way."
        case Verdict.APPROVED:
            done = view.committed or view.beside
            return "" if done else "Nothing is committed yet: approve once more to commit it."
        case Verdict.PENDING:
            return _pending(view)


def _pending(view: View) -> str:
    waiting = len(view.undecided)
    if not waiting:
        return ""
    if not any(view.opinions.values()):
        return "Nothing is committed until somebody approves."
    return f"{goldens(waiting)} still {'awaits' if waiting == 1 else 'await'} a decision."


def _stuck(view: View) -> str:
    stuck = sum(each.open and not each.decidable for each in view.comparisons)
    return f"{goldens(stuck)} cannot be approved; the table says why." if stuck and view.settled else ""


def _decided(view: View) -> str:
    said = [held for each in view.comparisons if (held := view.opinions.get(each.id))]
    tally = Counter((each.opinion.value, each.who) for each in said)
    whole = len(tally) == 1 and len(said) == sum(each.open for each in view.comparisons)
    words = ", ".join(
        f"{opinion} by **{markdown.text(who, 80)}**" + ("" if whole else f" ({number:,})")
        for (opinion, who), number in tally.most_common(5)
    )
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _commits(view: View) -> list[str]:
    made = {each.commit: each.url for each in view.approvals if each.state == "committed" and each.commit}
    links = [_commit(commit, url) for commit, url in list(made.items())[-5:]]
    done = f"Committed as {', '.join(links)}." if links else ""
    return [done, _trouble(view.approvals[-1]) if view.approvals else ""]


def _commit(commit: str, url: str) -> str:
    shown = markdown.code(commit[:7])
    return markdown.link(shown, url) if url else shown


def _trouble(last: ApprovalView) -> str:
    if last.state not in ("stale", "failed"):
        return ""
    why = f" {markdown.prose(last.why)}" if last.why else ""
    return f"The commit that **{markdown.text(last.who, 80)}** asked for was not made.{why}"
