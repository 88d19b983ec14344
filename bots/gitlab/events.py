"""Say in neutral words what a payload of GitLab's means; whatever is malformed is Ignored.

A payload is whatever who may change a webhook wrote there: it says only where to look, and GitLab says what is so.
Shapes: "Webhook events" (doc/user/project/integrations/webhook_events.md) and "System hooks"
(doc/administration/system_hooks.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from bots import commands, markers
from bots.events import (
    AccessChanged,
    BranchGone,
    Commanded,
    Event,
    HeadMoved,
    Ignored,
    PipelineFinished,
    Ticked,
)
from bots.forge import Repo, User
from bots.gitlab import payloads
from bots.gitlab.client import Silent
from bots.gitlab.payloads import Json, Payload, Unread
from bots.gitlab.scopes import Scope
from bots.gitlab.witness import Award, Edit, Note
from bots.markers import Everything

_ENDED = {"success", "failed", "canceled", "skipped", "manual"}
_OF_CHANGE = re.compile(r"refs/merge-requests/(\d{1,18})/(?:head|merge|train)")
_THUMBS_UP = {"thumbsup", "+1"}
_SLACK = timedelta(seconds=5)
"""Payloads tell of whole seconds, and by one of two moments of the same edit."""
_UNTOLD = (
    "A box was ticked, and this GitLab does not tell who edits a note, so that it counts for nobody. Say it in a "
    "note: `/golddigger approve`."
)
_UNTOLD_NOTE = (
    "Something happened to this note since it was written, and this GitLab does not tell who edits a note. Say it "
    "again in a new one."
)
_OVERTAKEN = (
    "A box was ticked, and this note was changed again before that was counted, so that nobody can tell any more "
    "who ticked it. If its golden is not approved: tick it again, or say `/golddigger approve`."
)
_OVERTAKEN_THUMB = (
    "A thumb up came as this note was written anew, and approved nothing. Look at the newest pictures; then tick "
    "a box, or say `/golddigger approve`."
)
_UNTOLD_THUMB = (
    "A thumb up came, and this GitLab does not tell who edits a note, so that it counts for nobody. Say it in a "
    "note: `/golddigger approve`."
)
_NO_LINK = "forged: it leads to another project, of which GitLab says nothing of the kind"
_NOBODY = User("")
_OURSELVES = User("", bot=True)


class Known(Protocol):
    """What GitLab says of that to which a payload points."""

    def us(self) -> int:
        """Give the number of the bot's own account."""
        ...

    def note(self, project: int, number: int, note: int) -> Note | None:
        """Give a note of a merge request; None where there is none that the bot may see."""
        ...

    def last_edit(self, note: int) -> Edit | None:
        """Give a note with its last edit; None where there is none. Raises Silent where GitLab does not tell."""
        ...

    def award(self, project: int, number: int, note: int, award: int) -> Award | None:
        """Give an emoji on a note of a merge request; None where there is none."""
        ...

    def gone(self, project: int) -> bool:
        """Is there no such project for the bot?"""
        ...

    def within(self, group: int, project: int) -> bool:
        """Does a project lie in a group, or in one that lies in it?"""
        ...

    def busy(self, project: int, pipeline: int) -> bool:
        """Do jobs of a pipeline run still?"""
        ...

    def head(self, project: int, pipeline: int) -> tuple[str, str]:
        """Give the commit and the ref of a pipeline of another project."""
        ...

    def started(self, project: int, pipeline: int, below: int) -> bool:
        """Did a pipeline of another project start this one?"""
        ...

    def comes_from(self, project: int, number: int, source: int) -> bool:
        """Has a merge request of another project its branch in this one?"""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a payload leads: a note of a merge request."""

    repo: Repo
    project: int
    iid: int
    note: int

    @classmethod
    def of(cls, payload: Payload, note: Payload, host: str) -> _Place:
        """Read where a note is."""
        repo = payloads.repo(payload, host)
        iid, number = payloads.number(payload["merge_request"]["iid"]), payloads.number(note["id"])
        return cls(repo, int(repo.id), iid, number)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads on one host: what comes from ourselves starts nothing."""

    host: str
    known: Known

    def read(self, payload: Json, scope: Scope | None = None) -> Event:
        """Say what a payload means. `scope`: of what its webhook may speak; None: of every project."""
        if not isinstance(payload, dict):
            return Ignored("a delivery without an object")
        named = payloads.projects(payload)
        match scope:
            case Scope("project", number) if named - {number}:
                return Ignored(f"forged: the webhook of project {number} speaks of another one")
            case Scope("group", number):
                return self._of_group(number, named, self._read(payload))
        return self._read(payload)

    def _of_group(self, group: int, named: set[int], event: Event) -> Event:
        """Hold a group's webhook to what lies in it; of a project that is gone, there is nobody to ask."""
        if isinstance(event, Ignored | AccessChanged) or all(self.known.within(group, each) for each in named):
            return event
        return Ignored(f"forged: the webhook of group {group} speaks of a project that does not lie in it")

    def _read(self, payload: Payload) -> Event:
        readers: Mapping[str, Callable[[Payload], Event]] = {
            "pipeline": self._pipeline,
            "build": self._job,
            "note": self._note,
            "emoji": self._emoji,
            "merge_request": self._merge_request,
            "push": self._push,
            "project_destroy": self._project_gone,
        }
        # A system hook says some of its events by `event_name` alone.
        kind = str(payload.get("object_kind") or payload.get("event_name"))
        if kind not in readers:
            return Ignored(f"{kind[:60]} is no event of ours")
        try:
            return readers[kind](payload)
        except Unread as unread:
            return Ignored(f"{kind} {unread}")

    # ------------------------------------------------------------------------------------------ CI

    def _pipeline(self, payload: Payload) -> Event:
        match payload:
            case {"object_attributes": {"status": str(status)}} if status not in _ENDED:
                return Ignored(f"a pipeline that is {status[:40]}")
            case {"merge_request": {"iid": int(), "target_project_id": int()}}:
                return self._of_change(payload)
            case {"object_attributes": {"sha": sha, "ref": ref, **rest}}:
                return self._at_head(payload, sha, ref, tag=rest.get("tag"))
        raise Unread("without its state")

    def _job(self, payload: Payload) -> Event:
        # While our own status stands pending, a pipeline does not end however its jobs end: they tell.
        match payload:
            case {"build_status": str(status)} if status not in _ENDED:
                return Ignored(f"a job that is {status[:40]}")
            case {"project": {"id": int(project)}, "pipeline_id": int(pipeline)} if self.known.busy(
                project, pipeline
            ):
                return Ignored("a job of several, of which others run still")
            case {"build_status": str(), "sha": sha, "ref": ref, **rest}:
                return self._at_head(payload, sha, ref, tag=rest.get("tag"))
        raise Unread("without its state")

    def _of_change(self, payload: Payload) -> Event:
        """Look at the merge request itself: of a merged-results pipeline, the commit is nobody's head."""
        change = payload["merge_request"]
        here = payloads.repo(payload, self.host)
        number, target = change["iid"], change["target_project_id"]
        if str(target) != here.id:
            if not self.known.comes_from(payloads.number(target), payloads.number(number), int(here.id)):
                return Ignored(_NO_LINK)
            here = payloads.project(self.host, target, payloads.path_in(change.get("url")))
        return HeadMoved(repo=here, number=str(number))

    def _at_head(self, payload: Payload, sha: Json, ref: Json, *, tag: Json) -> Event:
        here = payloads.repo(payload, self.host)
        match payload.get("source_pipeline"):
            case {"project": {"id": int(above), **rest}, "pipeline_id": int(pipeline)} if str(above) != here.id:
                # Another project's pipeline, which one of a change started: that one's head counts.
                if not self.known.started(above, pipeline, _pipeline_of(payload)):
                    return Ignored(_NO_LINK)
                sha, ref = self.known.head(above, pipeline)
                here = payloads.project(self.host, above, str(rest.get("path_with_namespace") or ""))
                return self._finished(here, sha, ref)
        if tag:
            return Ignored("a tag's, which belongs to no merge request")
        return self._finished(here, sha, ref)

    def _finished(self, repo: Repo, sha: Json, ref: Json) -> Event:
        head, branch = payloads.sha(sha), payloads.text(ref)
        if branch and (found := _OF_CHANGE.fullmatch(branch)):
            return HeadMoved(repo=repo, number=found[1])
        return PipelineFinished(repo=repo, head=head, branch=branch, head_path=repo.path if branch else None)

    # ------------------------------------------------------------------------------------- people

    def _note(self, payload: Payload) -> Event:
        match payload:
            case {"object_attributes": {"system": True}}:
                return Ignored("a note of GitLab's own")
            case {
                "object_attributes": {"noteable_type": "MergeRequest", "author_id": int(), "id": int()},
                "merge_request": {"iid": int()},
            }:
                return self._said(payload, payload["object_attributes"])
            case {"object_attributes": {"noteable_type": str(kind)}}:
                return Ignored(f"a note on another thing than a merge request: {kind[:40]}")
        raise Unread("without its merge request or its author")

    def _said(self, payload: Payload, note: Payload) -> Event:
        """Look at a note if it may be for us: what the payload says of it is only a reason not to."""
        text = payloads.text(note.get("note")) or ""
        if note["author_id"] == self.known.us():
            edited = note.get("action") == "update"  # servers before 16.11 say nothing, and tell of new ones only
            # `user` is the note's author, of an edit too: who edited is told by number alone.
            editor = note.get("updated_by_id")
            if edited and isinstance(editor, int) and editor != note["author_id"]:
                return self._ticked(payload, note, editor)
            return Ignored("our own note")
        if not commands.commands(text):
            return Ignored("a note without a command")
        return self._commanded(_Place.of(payload, note, self.host))

    def _commanded(self, place: _Place) -> Event:
        note = self.known.note(place.project, place.iid, place.note)
        if note is None:
            return Ignored("a note that GitLab does not have there")
        if note.system or note.who.bot or note.author == self.known.us():
            return Ignored("no person's note")
        said = Commanded(
            repo=place.repo,
            number=str(place.iid),
            comment=str(place.note),
            who=note.who,
            text=note.text,
            written_at=note.written_at,
        )
        return self._edited(said, note, place) if note.touched else said

    def _edited(self, said: Commanded, note: Note, place: _Place) -> Event:
        """Hold a note that may have been edited to its author: whoever else wrote a word of it, they did not."""
        try:
            edit = self.known.last_edit(place.note)
        except Silent:
            return replace(said, doubt=_UNTOLD_NOTE)
        if edit is None or edit.author != note.author:
            return Ignored("a note that GitLab does not have any more")
        if edit.at is None:
            return said
        if edit.editor != note.author:
            return Ignored("somebody edited another person's note, who did not say that")
        return replace(said, text=edit.text, written_at=edit.at)

    def _ticked(self, payload: Payload, note: Payload, editor: int) -> Event:
        """Take an edit of our note as its editor's, if the text on the server is the one that they left."""
        place = _Place.of(payload, note, self.host)
        after = payloads.text(note.get("note")) or ""
        try:
            edit = self.known.last_edit(place.note)
        except Silent:
            return _doubtful(place, after, _UNTOLD)
        if edit is None or edit.author != self.known.us() or edit.system:
            return Ignored("a note of ours that GitLab does not have")
        if edit.at is None or payloads.moment(note.get("updated_at")) > edit.at + _SLACK:
            return Ignored("an edit of which GitLab does not know")
        if edit.who is None or edit.editor != editor:
            return _doubtful(place, after, _OVERTAKEN)
        ticked = _sign(place, edit.who, edit.text, sign=f"edit {edit.at.isoformat()}")
        # The same person edited again: what stands there now counts, and what this told of may be lost.
        return ticked if edit.text == after else replace(ticked, doubt=_OVERTAKEN, doubted=markers.small(after))

    def _emoji(self, payload: Payload) -> Event:
        match payload:
            case {"object_attributes": {"name": str(name)}} if name not in _THUMBS_UP:
                return Ignored("an emoji that says nothing to us")
            case {
                "event_type": "award",
                "object_attributes": {"id": int(award)},
                "merge_request": {"iid": int()},
                "note": {"id": int(), "author_id": int()},
            }:
                return self._thumbs_up(payload, payload["note"], award)
            case {"event_type": "revoke"}:
                return Ignored("an emoji that was taken back")
        return Ignored("an emoji on another thing than a note of a merge request")

    def _thumbs_up(self, payload: Payload, told: Payload, award: int) -> Event:
        """Take a thumb up on our report as its first box: all that awaits a decision."""
        if told["author_id"] != self.known.us():
            return Ignored("a thumb up on somebody else's note")
        source = payload["merge_request"].get("source_project_id")
        if not isinstance(source, int) or source != payload["merge_request"].get("target_project_id"):
            # Its author can push between a look and a thumb, which names no commit. Where this says otherwise than
            # is so, the thumb is refused later: as a command is that names none.
            return Ignored("a thumb up on a fork's merge request, where `/golddigger approve` names the commit")
        place = _Place.of(payload, told, self.host)
        given = self.known.award(place.project, place.iid, place.note, payloads.number(award))
        if given is None or given.name not in _THUMBS_UP or given.giver != _giver(payload):
            return Ignored("a thumb up of which GitLab does not know")
        note = self.known.note(place.project, place.iid, place.note)
        if given.who.bot or note is None or note.author != self.known.us():
            return Ignored("a thumb up of a bot, or on somebody else's note")
        try:
            edit = self.known.last_edit(place.note)
        except Silent:
            return _doubtful(place, _all_ticked(note.text), _UNTOLD_THUMB)
        if edit is None or edit.author != self.known.us():
            return Ignored("a thumb up on a note that GitLab does not have any more")
        if edit.at is not None and (edit.editor != self.known.us() or edit.at > given.given_at):
            # What stood there when the thumb was given is not known: somebody may have put it back since.
            return _doubtful(place, _all_ticked(edit.text), _OVERTAKEN_THUMB)
        return self._all_ticked(place, given, edit.text, payloads.text(told.get("note")) or "")

    def _all_ticked(self, place: _Place, given: Award, before: str, told: str) -> Event:
        after = _all_ticked(before)
        at = given.given_at
        if after != before:
            sign = _sign(place, given.who, after, sign=f"thumb {at.isoformat()}")
            return replace(sign, before=before, given_at=at)
        if _all_ticked(told) != told:
            return _doubtful(place, _all_ticked(told), _OVERTAKEN_THUMB)
        return Ignored("a thumb up where nothing awaits a decision")

    def _merge_request(self, payload: Payload) -> Event:
        match payload:
            case {"object_attributes": {"iid": int(number), "action": str(action), **rest}}:
                changes = payload.get("changes")
                retargeted = isinstance(changes, dict) and "target_branch" in changes
                repo = payloads.repo(payload, self.host)
                if action in {"open", "reopen"} or (action == "update" and ("oldrev" in rest or retargeted)):
                    return HeadMoved(repo=repo, number=str(number))
                if action in {"close", "merge"}:
                    return BranchGone(repo=repo, number=str(number))
                return Ignored(f"nothing for us in {action[:60]!r}")
        raise Unread("without its number or what happened to it")

    # ------------------------------------------------------------------------------------ the project

    def _push(self, payload: Payload) -> Event:
        if payloads.nothing(payload.get("after")):
            return Ignored("a branch was deleted: GitLab closes its merge requests, and tells of each")
        return Ignored("a push, which its merge request and its pipeline tell of")

    def _project_gone(self, payload: Payload) -> Event:
        match payload:
            case {"project_id": int(number), "path_with_namespace": str(path)}:
                if not self.known.gone(payloads.number(number)):
                    return Ignored("a project that is said to be gone, and is there")
                gone = (payloads.project(self.host, number, path),)
                return AccessChanged(repos=gone, gone=True, host=self.host)
        raise Unread("without its project")


def _pipeline_of(payload: Payload) -> int:
    """Read which pipeline a payload is about, or about a job of which."""
    attributes = payload.get("object_attributes")
    return payloads.number(attributes.get("id") if isinstance(attributes, dict) else payload.get("pipeline_id"))


def _doubtful(place: _Place, told: str, doubt: str) -> Ticked:
    """Make a sign of which nothing counts."""
    return replace(_sign(place, _NOBODY, ""), doubt=doubt, doubted=markers.small(told))


def _sign(place: _Place, who: User, after: str, *, sign: str = "") -> Ticked:
    return Ticked(
        repo=place.repo,
        number=str(place.iid),
        comment=str(place.note),
        author=_OURSELVES,
        who=who,
        before=None,  # GitLab does not tell it
        after=markers.small(after),
        sign=sign,
    )


def _giver(payload: Payload) -> Json:
    user = payload.get("user")
    return user.get("id") if isinstance(user, dict) else None


def _all_ticked(note: str) -> str:
    """Tick the box for everything."""
    lines = note.split("\n")
    ticked = [markers.ticked(line) if markers.read_box(line) == Everything() else line for line in lines]
    return "\n".join(ticked)
