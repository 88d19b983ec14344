"""Ask GitLab what was really written, ticked and given: a delivery says only where to look.

Shapes: "Notes API" and "Emoji reactions API" (doc/api/notes.md, award_emoji.md); who edited a note last is told by
GraphQL alone (app/graphql/types/notes/base_note_interface.rb; `note` is there since GitLab 15.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots.forge import User
from bots.gitlab import payloads
from bots.gitlab.client import Client, Silent
from bots.gitlab.limits import Failed
from bots.gitlab.people import People
from bots.gitlab.transport import Params
from diffing.words import Refused, Unavailable

Json = Any
_ACTIVE = ("pending", "preparing", "running", "waiting_for_resource")
_GONE = {403, 404, 410}
_USER = "gid://gitlab/User/"
_LAST_EDIT = """
query lastEdit($id: NoteID!) {
  note(id: $id) {
    body
    system
    author { id username name bot }
    lastEditedAt
    lastEditedBy { id username name bot }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it stands on the server."""

    author: int
    who: User
    text: str
    system: bool
    written_at: datetime
    touched: bool
    """Did anything happen to it since: an edit, or an emoji, which GitLab counts alike?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The last edit of a note, and the text that it left: told together, so that they belong together."""

    author: int
    whose: User
    """The author."""
    text: str
    system: bool
    editor: int | None
    """None where nobody edited it, or somebody who has no account any more."""
    who: User | None
    """The editor; None as above."""
    at: datetime | None
    """None where nobody edited it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """An emoji on a note, as the server has it."""

    name: str
    giver: int
    who: User
    given_at: datetime


class Witness:
    """One server, asked as the bot."""

    def __init__(self, client: Client, people: People, host: str) -> None:
        self._client = client
        self._people = people
        self._host = host

    def us(self) -> int:
        """Give the number of the bot's own account."""
        return self._people.us()

    def note(self, project: int, number: int, note: int) -> Note | None:
        """Give a note of a merge request; None where there is none that the bot may see."""
        told = self._find(project, "merge_requests", str(number), "notes", str(note))
        match told:
            case None:
                return None
            case {"author": {"id": int(author)}, "created_at": written, "updated_at": touched, **rest}:
                return Note(
                    author=author,
                    who=payloads.user(told["author"], self._host),
                    text=payloads.text(rest.get("body")) or "",
                    system=rest.get("system") is True,
                    written_at=payloads.moment(written),
                    touched=touched != written,
                )
        raise Unavailable("GitLab did not describe a note that was asked for.")

    def last_edit(self, note: int) -> Edit | None:
        """Give a note with its last edit; None where there is none that the bot may see. Raises Silent where the
        server does not tell who edits."""
        match self._client.query(_LAST_EDIT, {"id": f"gid://gitlab/Note/{note}"}):
            case {"note": None}:
                return None
            case {"note": {"author": dict(author), "lastEditedAt": at, "lastEditedBy": by, **rest}}:
                return Edit(
                    author=_number(author["id"]),
                    whose=self._named(author),
                    text=payloads.text(rest.get("body")) or "",
                    system=rest.get("system") is True,
                    editor=_number(by["id"]) if at and by else None,
                    who=self._named(by) if at and by else None,
                    at=payloads.moment(at) if at else None,
                )
        raise Silent("GitLab does not tell who edited a note.")

    def award(self, project: int, number: int, note: int, award: int) -> Award | None:
        """Give an emoji on a note of a merge request; None where it was never given, or is taken back."""
        below = ("merge_requests", str(number), "notes", str(note), "award_emoji", str(award))
        match self._find(project, *below):
            case None:
                return None
            case {"name": str(name), "user": {"id": int(giver)} as user, "created_at": given}:
                who = payloads.user(user, self._host)
                return Award(name=name, giver=giver, who=who, given_at=payloads.moment(given))
        raise Unavailable("GitLab did not describe an emoji that was asked for.")

    def gone(self, project: int) -> bool:
        """Is there no such project for the bot?"""
        return self._client.on(str(project)).find() is None

    def within(self, group: int, project: int) -> bool:
        """Does a project lie in a group, or in one that lies in it?"""
        match self._find(project):
            case {"namespace": {"kind": "group", "id": int(nearest), **rest}}:
                return group in (nearest, rest.get("parent_id")) or self._far_above(group, project)
        return False

    def _far_above(self, group: int, project: int) -> bool:
        return any(each.get("id") == group for each in self._find(project, "groups") or ())

    def head(self, project: int, pipeline: int) -> tuple[str, str]:
        """Give the commit and the ref of a pipeline."""
        told = self._client.on(str(project)).find("pipelines", str(pipeline))
        match told:
            case {"sha": str(sha), "ref": str(ref)}:
                return sha, ref
        raise Refused("The pipeline that started this one cannot be seen by the bot.")

    def started(self, project: int, pipeline: int, below: int) -> bool:
        """Did a pipeline start another, in whichever project that is?"""
        try:
            bridges = list(self._client.on(str(project)).pages("pipelines", str(pipeline), "bridges"))
        except Failed as failed:
            if failed.status in _GONE:
                return False
            raise
        return any((each.get("downstream_pipeline") or {}).get("id") == below for each in bridges)

    def comes_from(self, project: int, number: int, source: int) -> bool:
        """Has a merge request its branch in a project?"""
        told = self._find(project, "merge_requests", str(number))
        return isinstance(told, dict) and told.get("source_project_id") == source

    def busy(self, project: int, pipeline: int) -> bool:
        """Do jobs of a pipeline run still?"""
        asked: Params = {"scope[]": list(_ACTIVE), "per_page": "1"}
        try:
            return bool(self._client.on(str(project)).get("pipelines", str(pipeline), "jobs", params=asked))
        except Failed as failed:
            if failed.status in {403, 404}:
                return False
            raise

    def _find(self, project: int, *below: str) -> Json | None:
        """Read something of a project; None where it is not there for the bot."""
        try:
            return self._client.on(str(project)).get(*below)
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def _named(self, told: Json) -> User:
        name = told["username"]
        author = payloads.author(told.get("name"), _number(told["id"]), name, self._host)
        return User(name, bot=told.get("bot") is True or payloads.is_bot(name), author=author)


def _number(id_: Json) -> int:
    """Read the number out of a global id."""
    number = str(id_).removeprefix(_USER)
    if not (number.isascii() and number.isdecimal() and len(number) < 20):
        raise Silent("GitLab names an account by what is no number.")
    return int(number)
