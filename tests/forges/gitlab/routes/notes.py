"""Serve notes and emoji on merge requests."""

from __future__ import annotations

from typing import Any

from tests.forges.gitlab import noting
from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import Failed, forbidden, not_found
from tests.forges.gitlab.operations import PULL
from tests.forges.gitlab.world import LEVELS, Award, Note, Pull
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
_OLDEST = frozenset({"asc"})


@ROUTES.on(f"GET {PULL}/notes", needs="code")
def notes(call: Call) -> Answer:
    """List notes, system's too, the newest first."""
    found = sorted(call.pull.notes.values(), key=lambda note: (note.created_at, note.id))
    if call.request.query.get("sort") not in _OLDEST:
        found.reverse()
    wanted = call.request.query.get("activity_filter", "all_notes")
    kept = [note for note in found if wanted == "all_notes" or note.system == (wanted == "only_activity")]
    return call.page([call.shapes.note(note) for note in kept])


@ROUTES.on(f"GET {PULL}/notes/:note", needs="code")
def note(call: Call) -> Answer:
    """Show a note."""
    return Answer(json=call.shapes.note(call.note))


@ROUTES.on(f"POST {PULL}/notes", needs="code")
def create_note(call: Call) -> Answer:
    """Write a note; one of quick actions alone is done, and not kept."""
    return write(call, discussion="", kind=None, position=None)


def write(call: Call, *, discussion: str, kind: str | None, position: Json) -> Answer:
    """Write a note, into a thread or alone."""
    limited = call.api.limits.note(call.user.username, call.world.now())
    if limited:
        return limited
    body = call.body["body"]
    if not body.strip():
        raise Failed(400, '400 Bad request - Note {:note=>["can\'t be blank"]}')
    if len(body) > noting.LONGEST:
        raise Failed(
            400, f'400 Bad request - Note {{:note=>["is too long (maximum is {noting.LONGEST} characters)"]}}'
        )
    made, commands = noting.write(
        call.world, call.pull, call.user, body, discussion=discussion, kind=kind, position=position
    )
    if made is None:
        summary = [f"Applied {name}." for name in commands]
        return Answer(202, {"commands_changes": dict.fromkeys(commands, True), "summary": summary})
    call.world.tell("note", call.repo, call.user, note=made, action="create")
    return Answer(201, call.shapes.note(made))


@ROUTES.on(f"PUT {PULL}/notes/:note", needs="code")
def update_note(call: Call) -> Answer:
    """Change a note's text: one's own, or a maintainer anybody's."""
    return change(call, call.note)


def change(call: Call, note: Note) -> Answer:
    """Change a note's text; a hook tells of it only where the text is another one."""
    _own(call, note)
    if noting.change(call.world, note, call.user, call.body["body"]):
        call.world.tell("note", call.repo, call.user, note=note, action="update")
    return Answer(json=call.shapes.note(note))


@ROUTES.on(f"DELETE {PULL}/notes/:note", needs="code")
def delete_note(call: Call) -> Answer:
    """Delete a note: one's own, or a maintainer anybody's."""
    _own(call, call.note)
    del call.pull.notes[call.note.id]
    return Answer(204)


def _own(call: Call, note: Note) -> None:
    if note.system or (note.user is not call.user and call.level < LEVELS["maintainer"]):
        raise forbidden()


# ----------------------------------------------------------------------------------------------- emoji

_ON_PULL, _ON_NOTE = f"{PULL}/award_emoji", f"{PULL}/notes/:note/award_emoji"


@ROUTES.on(f"GET {_ON_PULL}", f"GET {_ON_NOTE}", needs="code")
def awards(call: Call) -> Answer:
    """List emoji."""
    on = _awardable(call)
    return call.page([call.shapes.award(award, on) for award in on.awards])


@ROUTES.on(f"GET {_ON_PULL}/:award", f"GET {_ON_NOTE}/:award", needs="code")
def award(call: Call) -> Answer:
    """Show one emoji."""
    on, found = _award(call)
    return Answer(json=call.shapes.award(found, on))


@ROUTES.on(f"POST {_ON_PULL}", f"POST {_ON_NOTE}", needs="code")
def give_award(call: Call) -> Answer:
    """Give an emoji; each person each one once."""
    on = _awardable(call)
    name = call.body.get("name") or call.request.query.get("name", "")
    if name not in noting.EMOJI:
        raise Failed(404, "404 Award Emoji Name is not a valid emoji name Not Found")
    if (call.user, name) in [(award.user, award.name) for award in on.awards]:
        raise Failed(404, "404 Award Emoji Name has already been taken Not Found")
    made = noting.give(call.world, on, call.user, name)
    call.world.tell("emoji", call.repo, call.user, award=made, on=on, action="award")
    return Answer(201, call.shapes.award(made, on))


@ROUTES.on(f"DELETE {_ON_PULL}/:award", f"DELETE {_ON_NOTE}/:award", needs="code")
def take_award(call: Call) -> Answer:
    """Take one's own emoji back."""
    on, found = _award(call)
    if found.user is not call.user:
        raise forbidden()
    on.awards.remove(found)
    call.world.tell("emoji", call.repo, call.user, award=found, on=on, action="revoke")
    return Answer(204)


def _awardable(call: Call) -> Note | Pull:
    return call.note if "note" in call.params else call.pull


def _award(call: Call) -> tuple[Note | Pull, Award]:
    on = _awardable(call)
    found = next((award for award in on.awards if str(award.id) == call.params["award"]), None)
    if not found:
        raise not_found("Award Emoji")
    return on, found
