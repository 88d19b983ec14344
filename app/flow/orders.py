"""Carry out what people order on the forge itself: commands, ticked boxes, buttons. Each is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from app.flow import acts, decide, heads, standing
from app.flow.acts import Scene
from app.flow.jobs import Job, Publish
from app.flow.parts import Parts
from app.flow.seals import Place
from bots import commands, markdown
from bots.commands import Approve, Command, Help, Reject, Rerun, Status, Ticks, Undo, Unknown
from bots.events import Commanded, Pressed, Ticked
from bots.forge import Reaction, Vocabulary
from bots.sentences import goldens
from diffing.words import Refused
from storage import changes, runs
from storage.changes import StoredChange

_EARLIER = "The box belonged to an earlier head of the branch; look at the pictures again."
_NOT_AS_WRITTEN = (
    "The comment did not stand as it was written: somebody had edited more of it than a box, or it is of before "
    "an upgrade. Nothing was approved, and it was written again. Look at it, then tick again."
)

Handled = tuple[list[Job], str]


def commanded(parts: Parts, event: Commanded, now: datetime) -> Handled:
    """Carry out the commands of a comment, in their order, and answer each."""
    given = commands.commands(event.text)
    if not given or event.who.bot:
        return [], "no command of a person"
    forge = parts.forges[event.repo.host]
    change = forge.change(event.repo, event.number)
    forge.react(change, event.comment, Reaction.SEEN)
    if event.doubt:
        forge.reply(change, event.comment, event.doubt)
        forge.react(change, event.comment, Reaction.REFUSED)
        return [], f"not obeyed: {event.doubt}"
    with parts.db.begin() as db:
        scene = Scene(parts, standing.remember(db, change), change, event.who, event.comment, now)
    jobs: list[Job] = []
    answers: list[str] = []
    refused = False
    for number, order in enumerate(given):
        try:
            more, answer = _obey(replace(scene, act=_act(event, number)), order, event)
        except Refused as why:
            more, answer, refused = [], _no(order, why, forge.words()), True
        jobs += more
        answers += [answer] if answer else []
    if answers:
        forge.reply(change, event.comment, "\n\n".join(answers))
    if refused:
        forge.react(change, event.comment, Reaction.REFUSED)
    elif not any(isinstance(order, Approve) for order in given):
        forge.react(change, event.comment, Reaction.DONE)  # an approval is done when its commit stands
    return jobs, f"{len(given)} commands of {event.who.name}"


def ticked(parts: Parts, event: Ticked, now: datetime) -> Handled:
    """Take ticked boxes of our comment as approvals; render the comment again after any other edit."""
    with parts.db.begin() as db:
        kept = standing.known(db, event.repo, event.number)
    if kept is None or kept.comment_id != event.comment or event.who.bot:
        return [], "not our comment, or not a person"
    jobs, outcome = _take(parts, kept.id, event, now) if event.after or not event.doubt else ([], "nobody's tick")
    return [*jobs, *_doubted(parts, kept, event)], outcome


def _take(parts: Parts, change_id: int, event: Ticked, now: datetime) -> Handled:
    ticks = commands.ticks(event.before, event.after)
    try:
        if ticks is None:
            raise Refused("The comment was edited otherwise than by ticking a box, so it was written again.")
        if not parts.seals.fits(Place(event.repo, event.number, change_id), event.after):
            raise Refused(_NOT_AS_WRITTEN)
        scene = Scene(parts, change_id, standing.ask(parts, change_id), event.who, None, now, _act_of_sign(event))
        if ticks.head != scene.change.head:
            raise Refused(_EARLIER)
        return _counted(scene, ticks, event), f"ticked by {event.who.name}"
    except Refused as why:
        return _tell(parts, change_id, f"@{event.who.name}: {why}"), f"refused: {why}"


def pressed(parts: Parts, event: Pressed, now: datetime) -> Handled:
    """Do what a button of our check says."""
    with parts.db.begin() as db:
        repo_id = standing.heard_of(db, event.repo)
        at_head = [] if repo_id is None else changes.at_head(db, repo_id, event.head)
        kept = next((each for each in at_head if str(each.id) == event.handle), None)
    if kept is None:
        return [], "a button of a head that is gone"
    scene = Scene(parts, kept.id, standing.ask(parts, kept.id), event.who, None, now)
    try:
        if scene.change.head != event.head:
            raise Refused("The button belonged to an earlier head of the branch; look at the pictures again.")
        match commands.pressed(event.button):
            case commands.APPROVE, edition:
                return acts.approve_pressed(scene, edition), f"approved by {event.who.name}"
            case commands.RERUN, _:
                return _rerun(scene), f"re-run by {event.who.name}"
            case _:
                return [], f"no such button: {event.button}"
    except Refused as why:
        return _tell(parts, kept.id, f"@{event.who.name}: {why}"), f"refused: {why}"


def _obey(scene: Scene, order: Command | Unknown, event: Commanded) -> tuple[list[Job], str]:
    vocabulary = scene.parts.forges[event.repo.host].words()
    before, count = acts.carried_out(scene)
    match order:
        case Approve() | Reject() if count:
            return before, ""
        case Undo() if count:
            return before, _taken_back(count)
        case Approve(selection, sha):
            acts.must_have_seen(scene, event.written_at, sha)
            return acts.approve(scene, selection, via="command"), ""
        case Reject(selection):
            acts.must_have_seen(scene, event.written_at, scene.change.head)
            return acts.reject(scene, selection), ""
        case Undo():
            at = decide.seat(scene.parts, scene.change_id, scene.who, scene.act)
            jobs, count = decide.undo(scene.parts, at, via="command", now=scene.now)
            return jobs, _taken_back(count)
        case Rerun():
            return _rerun(scene), ""
        case Status():
            return _tell(scene.parts, scene.change_id, ""), _status(scene)
        case Help():
            return [], commands.help_text(vocabulary)
        case Unknown(word):
            raise Refused(f"`{word}` is not a command.")


def _counted(scene: Scene, ticks: Ticks, event: Ticked) -> list[Job]:
    """Count boxes as a person's approval, once for each sign."""
    before, count = acts.carried_out(scene)
    if count:
        return before
    if event.given_at is not None:
        acts.must_have_seen(scene, event.given_at, None)
    if event.before is None:
        acts.must_let_one_approve(scene)
        ticks = acts.of_one_person(scene, ticks)
    return acts.approve_ticked(scene, ticks)


def _doubted(parts: Parts, kept: StoredChange, event: Ticked) -> list[Job]:
    """Say that a tick was not counted, unless what it was for is approved without it. To nobody by name: who it
    was is just what is in doubt."""
    ticks = commands.ticks(None, event.doubted) if event.doubt else None
    if ticks is None or acts.is_counted(parts, kept.id, ticks):
        return []
    earlier = _EARLIER if ticks.head != kept.head else acts.compared_again(parts, kept.id, ticks)
    return _tell(parts, kept.id, earlier or event.doubt)


def _act_of_sign(event: Ticked) -> str | None:
    """Name a sign, so that being told of it again approves nothing twice, nor what was taken back since."""
    if not event.sign:
        return None
    return sha256(f"{event.comment} {event.who.name} {event.sign}".encode()).hexdigest()[:24]


def _act(event: Commanded, number: int) -> str:
    """Name an order of a comment as it was written then, so that trying it again does nothing twice."""
    return sha256(f"{event.comment} {event.written_at.isoformat()} {number}".encode()).hexdigest()[:24]


def _taken_back(count: int) -> str:
    return f"Taken back: what you said last, of {goldens(count)}."


def _no(order: Command | Unknown, why: Refused, vocabulary: Vocabulary) -> str:
    """Answer what was not done: why, and for what is no command the list of those there are (Markdown)."""
    said = markdown.prose(str(why))
    if not isinstance(order, Unknown):
        return said
    guess = f" Did you mean `{order.meant}`?" if order.meant else ""
    return f"{said}{guess}\n\n{commands.help_text(vocabulary)}"


def _rerun(scene: Scene) -> list[Job]:
    decide.seat(scene.parts, scene.change_id, scene.who)
    return heads.again(scene.parts, scene.change_id, scene.now)


def _tell(parts: Parts, change_id: int, notice: str) -> list[Job]:
    with parts.db.begin() as db:
        changes.want(db, change_id, notice)
    return [Publish(change_id)]


def _status(scene: Scene) -> str:
    with scene.parts.reading() as db:
        at_head = runs.at_head(db, scene.change_id, scene.change.head)
    lines = [
        f"- {markdown.link(markdown.text(run.title, 80), scene.parts.links.run(run.id))}: {run.state}"
        for run in at_head
        if run.kept is not False
    ]
    head = f"Head `{scene.change.head[:12]}`:"
    return "\n".join([head, "", *lines]) if lines else f"{head} no run kept goldens."
