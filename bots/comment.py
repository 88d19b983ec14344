"""Write the one comment and the check's summary: Markdown that never grows past what a forge takes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from bots import commands, markdown, markers, rows, standing
from bots.markers import ComparisonBox, Everything, ReportMark, SuiteBox
from bots.sentences import counts, goldens
from bots.views import View
from diffing.words import Comparison, Opinion

Part = Callable[[View, int], list[str]]
"""Writes blocks of Markdown of at most so many bytes."""

MOST_BYTES = 64_000
"""Of either text; GitHub takes 65,536 characters of a comment and 65,535 of a summary."""
MOST_ROWS = 20
MOST_BOXES = 100
_MOST_REMARKS = 20
_JOINTS = 700
"""Bytes kept free for what holds the parts together, and for the seal."""
_NOBODY = (
    "No CI run on this commit kept goldens. Upload what the golden tests drew as an artifact named "
    "`golddigger`, also when the tests fail."
)


def comment(view: View) -> str:
    """Write the comment: what was found, what comes next, and boxes to tick."""
    mark = markers.report(ReportMark(view.change_id, view.head, view.edition))
    head = [f"{mark}\n### {standing.headline(view)}", *_said(view)]
    tail = [markdown.fold("Commands", commands.help_text(view.vocabulary))]
    text = _put_together(view, head, [*_TOLD, (_boxes, 1.0)], tail)
    return markers.sealed(text, view.seal) if view.seal else text


def summary(view: View) -> str:
    """Write the check's text: the same without what can only be pressed in a comment."""
    return _put_together(view, _said(view) or [f"{standing.title(view)}."], _TOLD, [])


def approvable(view: View) -> list[Comparison]:
    """Give what approving would change: undecided, rejected, or approved without a commit on its way."""
    done = view.committing or view.committed or view.beside is not None
    decidable = [each for each in view.comparisons if each.decidable] if view.settled else []
    return [each for each in decidable if not (done and view.opinion(each) is Opinion.APPROVED)]


def approvable_at_once(view: View) -> list[Comparison]:
    """Give what approving *all* would change: it leaves alone what somebody rejected."""
    return [each for each in approvable(view) if view.opinion(each) is not Opinion.REJECTED]


def _put_together(view: View, head: list[str], parts: Iterable[tuple[Part, float]], tail: list[str]) -> str:
    """Put what must be said first and last, and between them as much as there is room for."""
    room = MOST_BYTES - _JOINTS - sum(markdown.weight(block) + 2 for block in (*head, *tail))
    middle: list[str] = []
    for part, share in parts:
        blocks = part(view, int(room * share))
        room -= sum(markdown.weight(block) + 2 for block in blocks)
        middle += blocks
    return "\n\n".join([*head, *middle, *tail])


# ------------------------------------------------------------------------------------------------- parts


def _said(view: View) -> list[str]:
    """Say what a reader must know whatever else has room."""
    notice = [f"> {markdown.address(view.notice)}"] if view.notice else []
    sentences = standing.sentences(view)
    if any(each.open for each in view.comparisons):
        sentences.append(markdown.link("Look at them side by side", view.url) + ".")
    return [*notice, *([" ".join(sentences)] if sentences else []), *_beside(view)]


def _beside(view: View) -> list[str]:
    if view.beside is None:
        return []
    change, branch = view.vocabulary.change, markdown.code(view.beside.branch)
    if view.fork:
        where = f"the fork of this {change}"
        how = f"To bring it in, its author says, with {markdown.code(view.beside.into)} checked out, and pushes:"
    else:
        where = f"{markdown.code(view.beside.into)}, which is protected"
        how = f"Open a {change} from there; or, where you may push, say:"
    said = f"The bot may not push to {where}, so the commit stands on {branch}."
    return [f"{said} {how}", markdown.fence(view.beside.commands, "sh")]


def _remarks(view: View, room: int) -> list[str]:
    """List mistakes, failures, and what CI kept or did not keep."""
    told = markdown.fitting((f"- {remark}" for remark in dict.fromkeys(_sentences(view))), room)
    return ["\n".join(told[:_MOST_REMARKS])] if told else []


def _sentences(view: View) -> Iterator[str]:
    yield from (markdown.prose(mistake) for mistake in view.mistakes)
    some = any(run.kept for run in view.runs)
    several = sum(bool(run.kept) for run in view.runs) > 1
    for run in view.runs:
        named = f"**{markdown.text(run.title, 80) or 'CI'}**"
        if run.state == "failed":
            yield from (f"{named}: {markdown.prose(line)}" for line in run.why.splitlines())
        if several and run.kept:
            yield f"{markdown.link(named, run.url)}: {counts(run.comparisons)}."
        if run.kept or not some:
            yield from (markdown.prose(note) for note in run.notes)
    if view.settled and not view.mistakes and not some and not any(run.notes or run.why for run in view.runs):
        yield _NOBODY


def _suites(view: View, room: int) -> list[str]:
    told = markdown.fitting(rows.suites(view), room)
    return ["\n".join(told)] if len(told) > 1 else []


def _goldens(view: View, room: int) -> list[str]:
    """Tell of the first goldens, and count the others."""
    all_rows = rows.rows(view)
    told = markdown.fitting(rows.lines(view, all_rows[:MOST_ROWS]), room - 300)
    left = sum(len(row.members) for row in all_rows[len(told) :])
    more = f"{goldens(left)} more {'is' if left == 1 else 'are'} on {markdown.link('the page', view.url)}."
    table = ["\n".join([rows.header(view), *told])] if told else []
    return [*table, more] if left else table


_TOLD: tuple[tuple[Part, float], ...] = ((_remarks, 0.25), (_suites, 0.25), (_goldens, 0.7))
"""The parts in their order, and what share of the room that is left each may take."""

# ------------------------------------------------------------------------------------------------- boxes


def _boxes(view: View, room: int) -> list[str]:
    """Offer boxes to tick: for all, by suite, one by one."""
    offered = approvable(view)
    if not offered:
        return []
    intro = f"**Approve** by ticking a box: exactly the pictures shown are committed.{_fork(view)}"
    at_once = approvable_at_once(view)
    whole = markdown.fitting([*_all(at_once), *_by_suite(at_once)], room // 2)
    singles = _one_by_one(view, offered, room // 2 - _JOINTS) if len(offered) > 1 or not whole else []
    return [intro, *(["\n".join(whole)] if whole else []), *singles]


def _all(offered: list[Comparison]) -> list[str]:
    if not offered:
        return []
    number = len(offered)
    label = (
        f"all {goldens(number)}"
        if number > 2
        else "both goldens"
        if number == 2
        else markdown.code(offered[0].name)
    )
    return [markers.box(Everything(), label)]


def _by_suite(offered: list[Comparison]) -> list[str]:
    tally = Counter(each.suite for each in offered)
    if len(tally) < 2:
        return []
    return [
        markers.box(SuiteBox(suite), f"{markdown.code(suite)} ({goldens(number)})")
        for suite, number in tally.items()
    ]


def _one_by_one(view: View, offered: list[Comparison], room: int) -> list[str]:
    ids = {each.id for each in offered}
    ordered = [each for row in rows.rows(view) for each in row.members if each.id in ids]
    boxes = (markers.box(ComparisonBox(each.id), markdown.code(each.name)) for each in ordered[:MOST_BOXES])
    fitted = markdown.fitting(boxes, room)
    left = len(ordered) - len(fitted)
    page = markdown.link("the page", view.url)
    more = [f"{goldens(left)} more can be approved one by one on {page}."] if left else []
    return [markdown.fold("One by one", "\n\n".join(["\n".join(fitted), *more]))]


def _fork(view: View) -> str:
    said = f"`/golddigger approve {view.head[:12]}`"
    return f" The branch is in a fork, so a command must name the commit: {said}." if view.fork else ""
