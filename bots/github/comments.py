"""Say a report in one comment of a pull request: found again, edited in place, never twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots import sticky
from bots.github.client import Api
from bots.github.limits import Failed

Json = Any
_GONE = {404, 410}


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of one pull request. `us`: gives our bot's login, `name[bot]`."""

    api: Api
    number: str
    us: Callable[[], str]

    def say(self, text: str, comment: str | None) -> Json:
        """Write the comment: by its id, else by its marker, else anew. `text` begins with the marker's line."""
        return sticky.say(self, text, comment)

    def make(self, text: str) -> Json:
        """Write a comment anew."""
        return self.api.post("issues", self.number, "comments", body={"body": text}).data

    def ours(self, text: str) -> list[str]:
        """Give the ids of our comments with this text's marker, oldest first. A marker alone anybody can write."""
        us = self.us().lower()
        return [
            str(each["id"])
            for each in self.api.pages("issues", self.number, "comments")
            if sticky.marked_alike(each["body"] or "", text)
            and (each["user"] or {}).get("type") == "Bot"
            and each["user"]["login"].lower() == us
        ]

    def edit(self, comment: str, text: str) -> Json | None:
        """Write a comment anew; None where it is gone."""
        try:
            return self.api.patch("issues", "comments", comment, body={"body": text}, repeat=True).data
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def delete(self, comment: str) -> None:
        """Take a comment away; one that is gone already is."""
        try:
            self.api.delete("issues", "comments", comment)
        except Failed as failed:
            if failed.status not in _GONE:
                raise
