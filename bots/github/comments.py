"""Say a report in one comment of a pull request: found again, edited in place, never twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots import markers
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
        if comment is not None and (edited := self._edit(comment, text)) is not None:
            return edited
        ours = self._ours(text)
        for copy in ours[1:]:  # two of us wrote at the same moment; all of us find the oldest again
            self._delete(copy)
        for oldest in ours[:1]:
            if (edited := self._edit(oldest, text)) is not None:
                return edited
        made = self.api.post("issues", self.number, "comments", body={"body": text}).data
        oldest, *copies = self._ours(text) or [str(made["id"])]
        for copy in copies:  # somebody of us wrote at the same moment
            self._delete(copy)
        return made if oldest == str(made["id"]) else self._edit(oldest, text) or made

    def _ours(self, text: str) -> list[str]:
        """Give the ids of our comments with this text's marker, oldest first. A marker alone anybody can write."""
        us = self.us().lower()
        return [
            str(each["id"])
            for each in self.api.pages("issues", self.number, "comments")
            if _marker(each["body"] or "") == _marker(text)
            and (each["user"] or {}).get("type") == "Bot"
            and each["user"]["login"].lower() == us
        ]

    def _edit(self, comment: str, text: str) -> Json | None:
        """Write a comment anew; None where it is gone."""
        try:
            return self.api.patch("issues", "comments", comment, body={"body": text}, repeat=True).data
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def _delete(self, comment: str) -> None:
        try:
            self.api.delete("issues", "comments", comment)
        except Failed as failed:
            if failed.status not in _GONE:
                raise


def _marker(text: str) -> str:
    """Give what marks a text: the change it reports on, whatever its head was then, or else its first line."""
    mark = markers.read_report(text)
    return mark.change if mark else text.partition("\n")[0].rstrip("\r")
