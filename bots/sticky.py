"""Say a report in one comment of a change: found again, edited in place, never twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bots import markers

Json = Any


class Thread(Protocol):
    """A change's comments, as a forge has them."""

    def ours(self, text: str) -> Sequence[str]:
        """Give the ids of our comments with this text's marker, oldest first. A marker alone anybody can write."""

    def make(self, text: str) -> Json:
        """Write a comment anew; gives it, with its `id`."""

    def edit(self, comment: str, text: str) -> Json | None:
        """Write a comment over; None where it is gone."""

    def delete(self, comment: str) -> None:
        """Take a comment away; one that is gone already is."""


def say(thread: Thread, text: str, comment: str | None) -> Json:
    """Write the comment: by its id, else by its marker, else anew. `text` begins with the marker's line."""
    if comment is not None and (edited := thread.edit(comment, text)) is not None:
        return edited
    ours = thread.ours(text)
    for copy in ours[1:]:  # two of us wrote at the same moment; all of us find the oldest again
        thread.delete(copy)
    for oldest in ours[:1]:
        if (edited := thread.edit(oldest, text)) is not None:
            return edited
    made = thread.make(text)
    oldest, *copies = thread.ours(text) or [str(made["id"])]
    for copy in copies:  # somebody of us wrote at the same moment
        thread.delete(copy)
    return made if oldest == str(made["id"]) else thread.edit(oldest, text) or made


def marked_alike(one: str, two: str) -> bool:
    """Do two texts have the same marker: report on the same change, whatever its head was then?"""
    return _marker(one) == _marker(two)


def _marker(text: str) -> str:
    mark = markers.read_report(text)
    return mark.change if mark else text.partition("\n")[0].rstrip("\r")
