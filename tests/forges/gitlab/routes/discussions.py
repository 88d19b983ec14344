"""Serve threads on merge requests, those on pictures too (doc/api/discussions.md)."""

from __future__ import annotations

import secrets
from typing import Any

import jsonschema_rs

from tests.forges.gitlab import notation, noting
from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import bad, forbidden, not_found
from tests.forges.gitlab.operations import PULL
from tests.forges.gitlab.routes.notes import change, write
from tests.forges.gitlab.routes.repository import diffs
from tests.forges.gitlab.world import LEVELS, Discussion, Note
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
THREAD = f"{PULL}/discussions/:discussion"
_POSITION = jsonschema_rs.Draft202012Validator(
    notation.table(
        "base_sha:sha start_sha:sha head_sha:sha position_type:=text,image,file ~new_path:str ~old_path:str "
        "~new_line:int ~old_line:int ~line_range:obj ~width:int ~height:int ~x:num ~y:num"
    )
)
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tiff", ".ico", ".webp", ".svg")


@ROUTES.on(f"GET {PULL}/discussions", needs="code")
def discussions(call: Call) -> Answer:
    """List threads; a note that stands alone is one of one note."""
    return call.page([call.shapes.discussion(one) for one in call.pull.discussions])


@ROUTES.on(f"GET {THREAD}", needs="code")
def discussion(call: Call) -> Answer:
    """Show a thread."""
    return Answer(json=call.shapes.discussion(_thread(call)))


@ROUTES.on(f"POST {PULL}/discussions", needs="code")
def create_discussion(call: Call) -> Answer:
    """Begin a thread: on the merge request, or at a place in what it changes."""
    position = call.body.get("position")
    if position is not None:
        _hold(call, position)
    thread = secrets.token_hex(20)
    kind = "DiffNote" if position else "DiscussionNote"
    answer = write(call, discussion=thread, kind=kind, position=_complete(position))
    if answer.status != 201:
        return answer
    made = next(one for one in call.pull.discussions if one.id == thread)
    return Answer(201, call.shapes.discussion(made))


def _hold(call: Call, position: Json) -> None:
    """Refuse a place that is not in what the merge request changes."""
    wrong = notation.errors(_POSITION, position)
    if wrong:
        raise bad(f"position is invalid: {'; '.join(wrong)}")
    pull = call.pull
    ends = (position["base_sha"], position["start_sha"], position["head_sha"])
    if any(pull.repo.git.kind(sha) != "commit" for sha in ends):
        raise bad('400 Bad request - Note {:position=>["is invalid"]}')
    path = position.get("new_path") or position.get("old_path") or ""
    changed = {one["new_path"] for one in diffs(pull.repo, ends[0], ends[2])}
    if path not in changed:
        raise bad('400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}')
    if position["position_type"] == "image" and not _is_on_picture(path, position):
        raise bad('400 Bad request - Note {:position=>["is incomplete"]}')


def _is_on_picture(path: str, position: Json) -> bool:
    """Is it a picture, and is the point named (lib/gitlab/diff/formatters/image_formatter.rb)?"""
    return path.lower().endswith(PICTURES) and {"x", "y", "width", "height"} <= position.keys()


def _complete(position: Json) -> Json:
    if position is None:
        return None
    path = position.get("new_path") or position.get("old_path")
    return {"old_path": path, "new_path": path} | position


@ROUTES.on(f"POST {THREAD}/notes", needs="code")
def reply(call: Call) -> Answer:
    """Write into a thread; a note that stood alone becomes the first of one."""
    thread = _thread(call)
    for note in thread.notes:
        note.kind = note.kind or "DiscussionNote"
    return write(call, discussion=thread.id, kind="DiscussionNote", position=None)


@ROUTES.on(f"PUT {THREAD}", needs="code")
def resolve_discussion(call: Call) -> Answer:
    """Resolve a thread, or open it again."""
    thread = _thread(call)
    if not any(note.resolvable for note in thread.notes):
        raise not_found("Discussion")
    for note in thread.notes:
        _resolve(call, note)
    return Answer(json=call.shapes.discussion(thread))


@ROUTES.on(f"PUT {THREAD}/notes/:note", needs="code")
def change_note(call: Call) -> Answer:
    """Change a note of a thread: its text, or whether it is resolved."""
    if ("body" in call.body) == ("resolved" in call.body):
        raise bad("body, resolved are mutually exclusive, exactly one parameter must be provided")
    if "body" in call.body:
        return change(call, call.note)
    _resolve(call, call.note)
    return Answer(json=call.shapes.note(call.note))


@ROUTES.on(f"DELETE {THREAD}/notes/:note", needs="code")
def delete_note(call: Call) -> Answer:
    """Delete a note of a thread."""
    if call.note.user is not call.user and call.level < LEVELS["maintainer"]:
        raise forbidden()
    del call.pull.notes[call.note.id]
    return Answer(204)


def _resolve(call: Call, note: Note) -> None:
    """Resolve a note: a developer's affair, or that of the merge request's author."""
    if call.level < LEVELS["developer"] and call.user is not call.pull.author:
        raise forbidden()
    if note.resolvable and (note.resolved_by is not None) != call.body["resolved"]:
        noting.resolve(call.world, note, call.user if call.body["resolved"] else None)


def _thread(call: Call) -> Discussion:
    found = next((one for one in call.pull.discussions if one.id == call.params["discussion"]), None)
    if not found:
        raise not_found("Discussion")
    return found
