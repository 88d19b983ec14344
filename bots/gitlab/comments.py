"""Say a report in one note of a merge request: found again, edited in place, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bots import sticky
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
        return sticky.say(self, text, comment)

    def make(self, text: str) -> Json:
        """Write a note anew."""
        self.api.pace()
        return self.api.post("merge_requests", self.number, "notes", body={"body": text}).data

    def ours(self, text: str) -> list[str]:
        """Give the ids of our notes with this text's marker, oldest first. A marker alone anybody can write."""
        us = self.people.us()
        return [
            str(each["id"])
            for each in self.api.pages("merge_requests", self.number, "notes", params=_OLDEST_FIRST)
            if sticky.marked_alike(each["body"] or "", text) and (each["author"] or {}).get("id") == us
        ]

    def edit(self, comment: str, text: str) -> Json | None:
        """Write a note anew; None where it is gone."""
        try:
            return self.api.put("merge_requests", self.number, "notes", comment, body={"body": text}).data
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def delete(self, comment: str) -> None:
        """Take a note away; one that is gone already is."""
        self.api.delete("merge_requests", self.number, "notes", comment)
