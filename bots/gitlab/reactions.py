"""Answer a note: by an emoji under it, or in words."""

from __future__ import annotations

from bots.forge import Reaction
from bots.gitlab.client import Api
from bots.gitlab.limits import Failed
from bots.gitlab.people import People
from bots.pacing import COURTESY

_SIGNS = {Reaction.SEEN: "eyes", Reaction.DONE: "rocket", Reaction.REFUSED: "confused"}
_UNREACHABLE = {400, 403, 404, 409, 410, 422}  # given already, deleted meanwhile, or the discussion is locked
_MOST_LINES = 3
_MOST_LETTERS = 200
_NEWEST_FIRST = {"sort": "desc", "order_by": "created_at"}


def react(api: Api, number: str, comment: str, reaction: Reaction) -> None:
    """Show an emoji under a note. A note that is gone needs none, and no order waits for its sign."""
    try:
        sign = {"name": _SIGNS[reaction]}
        api.post("merge_requests", number, "notes", comment, "award_emoji", body=sign)
    except Failed as failed:
        if failed.status not in _UNREACHABLE:
            raise


def reply(api: Api, people: People, number: str, comment: str, text: str) -> None:
    """Answer below a note's first words, since the API does not say in which thread a note stands. Once: an answer
    of which we never heard that it was written is not written again."""
    asked = api.find("merge_requests", number, "notes", comment) or {}
    body = f"{_quote(asked.get('body') or '')}{text}\n<!-- golddigger:reply to={comment} -->"
    if asked and _stands(api, people, number, body, comment):
        return
    try:
        api.pace(share=COURTESY)
        api.post("merge_requests", number, "notes", body={"body": body})
    except Failed as failed:
        if failed.status not in _UNREACHABLE:
            raise


def _stands(api: Api, people: People, number: str, body: str, comment: str) -> bool:
    """Is there such a note of ours, after the one that it answers?"""
    for each in api.pages("merge_requests", number, "notes", params=_NEWEST_FIRST):
        if str(each["id"]) == comment:
            return False
        if (each["body"] or "").strip() == body.strip() and (each["author"] or {}).get("id") == people.us():
            return True
    return False


def _quote(body: str) -> str:
    """Quote as code, in which nothing links, pings or is a command."""
    lines = [line.strip().replace("`", "ˋ") for line in body.splitlines() if line.strip()]
    quoted = "".join(f"> `{line[:_MOST_LETTERS]}`\n" for line in lines[:_MOST_LINES])
    return f"{quoted}\n" if quoted else ""
