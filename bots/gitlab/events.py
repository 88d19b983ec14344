"""Say in neutral words what a payload of GitLab's means; whatever is malformed is Ignored.

Shapes: "Webhook events" (doc/user/project/integrations/webhook_events.md) and "System hooks"
(doc/administration/system_hooks.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bots import markers
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
from bots.gitlab.payloads import Json, Payload, Unread
from bots.markers import Everything

_ENDED = {"success", "failed", "canceled", "skipped", "manual"}
_OF_CHANGE = re.compile(r"refs/merge-requests/(\d{1,18})/(?:head|merge|train)")
_TICKED = re.compile(r"^- \[[xX]\] (?=<!-- golddigger:approve )", re.MULTILINE)
_THUMBS_UP = {"thumbsup", "+1"}


class Known(Protocol):
    """What payloads name by its number only, and GitLab tells by name."""

    def us(self) -> int:
        """Give the number of the bot's own account."""
        ...

    def person(self, number: int) -> User:
        """Say who an account is."""
        ...

    def busy(self, project: int, pipeline: int) -> bool:
        """Do jobs of a pipeline run still?"""
        ...

    def head(self, project: int, pipeline: int) -> tuple[str, str]:
        """Give the commit and the ref of a pipeline of another project."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads on one host: what comes from ourselves starts nothing."""

    host: str
    known: Known

    def read(self, payload: Json) -> Event:
        """Say what a payload means."""
        if not isinstance(payload, dict):
            return Ignored("a delivery without an object")
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
            here = payloads.project(self.host, target, payloads.path_in(change.get("url")))
        return HeadMoved(repo=here, number=str(number))

    def _at_head(self, payload: Payload, sha: Json, ref: Json, *, tag: Json) -> Event:
        here = payloads.repo(payload, self.host)
        match payload.get("source_pipeline"):
            case {"project": {"id": int(above), **rest}, "pipeline_id": int(pipeline)} if str(above) != here.id:
                # Another project's pipeline, which one of a change started: that one's head counts.
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
        ours = note["author_id"] == self.known.us()
        edited = note.get("action") == "update"  # servers before 16.11 say nothing, and tell of new ones only
        # `user` is the note's author, of an edit too: who edited is told by number alone.
        editor = note.get("updated_by_id") if edited else note["author_id"]
        if edited and ours and isinstance(editor, int) and editor != note["author_id"]:
            return self._ticked(payload, note, self.known.person(editor))
        if ours:
            return Ignored("our own note")
        if editor != note["author_id"]:
            return Ignored("somebody edited another person's note, who did not say that")
        return self._commanded(payload, note, "updated_at" if edited else "created_at")

    def _commanded(self, payload: Payload, note: Payload, when: str) -> Event:
        who = payloads.user(payload.get("user"), self.host)
        if who.bot:
            return Ignored("a bot's note")
        return Commanded(
            repo=payloads.repo(payload, self.host),
            number=str(payload["merge_request"]["iid"]),
            comment=str(note["id"]),
            who=who,
            text=payloads.text(note.get("note")) or "",
            written_at=payloads.moment(note.get(when)),
        )

    def _ticked(self, payload: Payload, note: Payload, who: User) -> Event:
        after = payloads.text(note.get("note")) or ""
        # GitLab does not tell the text before an edit. Ours never holds a ticked box.
        return self._edited(payload, note, who, before=_TICKED.sub("- [ ] ", after), after=after)

    def _edited(self, payload: Payload, note: Payload, who: User, *, before: str, after: str) -> Event:
        return Ticked(
            repo=payloads.repo(payload, self.host),
            number=str(payload["merge_request"]["iid"]),
            comment=str(note["id"]),
            author=self.known.person(note["author_id"]),
            who=who,
            before=before,
            after=after.replace("- [X] ", "- [x] "),
        )

    def _emoji(self, payload: Payload) -> Event:
        match payload:
            case {"object_attributes": {"name": str(name)}} if name not in _THUMBS_UP:
                return Ignored("an emoji that says nothing to us")
            case {"event_type": "award", "merge_request": {"iid": int()}, "note": dict(note), "user": user}:
                return self._thumbs_up(payload, note, payloads.user(user, self.host))
            case {"event_type": "revoke"}:
                return Ignored("an emoji that was taken back")
        return Ignored("an emoji on another thing than a note of a merge request")

    def _thumbs_up(self, payload: Payload, note: Payload, who: User) -> Event:
        """Take a thumb up on our report as its first box: all that awaits a decision."""
        source = payload["merge_request"].get("source_project_id")
        if not isinstance(source, int) or source != payload["merge_request"].get("target_project_id"):
            # Its author can push between a look and a thumb, which names no commit.
            return Ignored("a thumb up on a fork's merge request, where `/golddigger approve` names the commit")
        match note:
            case {"id": int(), "author_id": int(author)} if author == self.known.us() and not who.bot:
                before = payloads.text(note.get("note")) or ""
                after = _all_ticked(before)
                if after == before:
                    return Ignored("a thumb up where nothing awaits a decision")
                return self._edited(payload, note, who, before=before, after=after)
        return Ignored("a thumb up on somebody else's note")

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
            return Ignored("a branch was deleted; nothing is committed to one that is gone")
        return Ignored("a push, which its merge request and its pipeline tell of")

    def _project_gone(self, payload: Payload) -> Event:
        match payload:
            case {"project_id": int(number), "path_with_namespace": str(path)}:
                gone = (payloads.project(self.host, number, path),)
                return AccessChanged(repos=gone, gone=True, host=self.host)
        raise Unread("without its project")


def _all_ticked(note: str) -> str:
    """Tick the box for everything."""
    lines = note.split("\n")
    ticked = [markers.ticked(line) if markers.read_box(line) == Everything() else line for line in lines]
    return "\n".join(ticked)
