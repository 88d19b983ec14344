"""Answer a comment: by a sign under it, or in words."""

from __future__ import annotations

from bots.forge import Reaction
from bots.github.client import Api
from bots.github.limits import Failed
from bots.pacing import COURTESY, Full

_SIGNS = {Reaction.SEEN: "eyes", Reaction.DONE: "rocket", Reaction.REFUSED: "confused"}
_UNREACHABLE = {403, 404, 410, 422}  # deleted meanwhile, or the conversation is locked
_MOST_LINES = 3
_MOST_LETTERS = 200


def react(api: Api, comment: str, reaction: Reaction) -> None:
    """Show a sign under a comment. A comment that is gone needs none, and no order waits for its sign."""
    try:
        sign = {"content": _SIGNS[reaction]}
        api.post("issues", "comments", comment, "reactions", body=sign, share=COURTESY)
    except Full:
        return
    except Failed as failed:
        if failed.status not in _UNREACHABLE:
            raise


def reply(api: Api, number: str, comment: str, text: str) -> None:
    """Answer below a comment's first words, which pull requests cannot thread otherwise. Once: an answer of which
    we never heard that it was written is not written again."""
    asked = api.find("issues", "comments", comment) or {}
    body = f"{_quote(asked.get('body') or '')}{text}\n<!-- golddigger:reply to={comment} -->"
    if asked and _stands(api, number, body, since=asked["updated_at"]):
        return
    try:
        api.post("issues", number, "comments", body={"body": body}, share=COURTESY)
    except Failed as failed:
        if failed.status not in _UNREACHABLE:
            raise


def _stands(api: Api, number: str, body: str, *, since: str) -> bool:
    """Is there such a comment of a bot? Of ours: no other knows what we would have said to that comment."""
    later = api.pages("issues", number, "comments", params={"since": since})
    return any(each["body"] == body and (each["user"] or {}).get("type") == "Bot" for each in later)


def _quote(body: str) -> str:
    """Quote as code, in which nothing links, pings or is a command."""
    lines = [line.strip().replace("`", "ˋ") for line in body.splitlines() if line.strip()]
    quoted = "".join(f"> `{line[:_MOST_LETTERS]}`\n" for line in lines[:_MOST_LINES])
    return f"{quoted}\n" if quoted else ""
