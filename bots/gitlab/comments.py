"""Say a report in one note of a merge request: found again, edited in place, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots import markers
from bots.gitlab.client import Api
from bots.gitlab.limits import Failed
from bots.gitlab.people import People

Json = Any
_GONE = {404, 410}
_OLDEST_FIRST = {"sort": "asc", "order_by": "created_at"}


@dataclass(frozen=True, slots=True)
class Comments:
    """The notes of one merge request."""

    api: Api
    number: str
    people: People

    def say(self, text: str, comment: str | None) -> Json:
        """Write the note: by its id, else by its marker, else anew. `text` begins with the marker's line."""
        if comment is not None and (edited := self._edit(comment, text)) is not None:
            return edited
        ours = self._ours(text)
        for copy in ours[1:]:  # two of us wrote at the same moment; all of us find the oldest again
            self._delete(copy)
        for oldest in ours[:1]:
            if (edited := self._edit(oldest, text)) is not None:
                return edited
        self.api.pace()
        made = self.api.post("merge_requests", self.number, "notes", body={"body": text}).data
        oldest, *copies = self._ours(text) or [str(made["id"])]
        for copy in copies:  # somebody of us wrote at the same moment
            self._delete(copy)
        return made if oldest == str(made["id"]) else self._edit(oldest, text) or made

    def _ours(self, text: str) -> list[str]:
        """Give the ids of our notes with this text's marker, oldest first. A marker alone anybody can write."""
        us = self.people.us()
        return [
            str(each["id"])
            for each in self.api.pages("merge_requests", self.number, "notes", params=_OLDEST_FIRST)
            if _marker(each["body"] or "") == _marker(text) and (each["author"] or {}).get("id") == us
        ]

    def _edit(self, comment: str, text: str) -> Json | None:
        """Write a note anew; None where it is gone."""
        try:
            return self.api.put("merge_requests", self.number, "notes", comment, body={"body": text}).data
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def _delete(self, comment: str) -> None:
        self.api.delete("merge_requests", self.number, "notes", comment)


def _marker(text: str) -> str:
    """Give what marks a text: the change it reports on, whatever its head was then, or else its first line."""
    mark = markers.read_report(text)
    return mark.change if mark else text.partition("\n")[0].rstrip("\r")
