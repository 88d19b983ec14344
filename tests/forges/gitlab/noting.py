"""Keep notes and emoji as GitLab does: quick actions are taken out first, an edit keeps who made it."""

from __future__ import annotations

import secrets
from typing import Any

from tests.forges.gitlab import quick_actions
from tests.forges.gitlab.world import Account, Award, Note, Pull, World

Json = Any
LONGEST = 1_000_000
"""Characters of a note (app/models/note.rb, Gitlab::Database::MAX_TEXT_SIZE_LIMIT)."""
EMOJI = frozenset(
    [
        "thumbsup",
        "thumbsdown",
        "eyes",
        "rocket",
        "confused",
        "heart",
        "tada",
        "laughing",
        "smile",
        "white_check_mark",
        "x",
        "hourglass",
        "hourglass_flowing_sand",
        "warning",
        "no_entry",
        "no_entry_sign",
        "question",
    ]
)
"""Some of those that there are (doc/user/emoji_reactions.md)."""


def write(
    world: World,
    pull: Pull,
    user: Account,
    body: str,
    *,
    discussion: str = "",
    kind: str | None = None,
    position: Json = None,
    system: bool = False,
) -> tuple[Note | None, list[str]]:
    """Keep a note, and give it with the quick actions that were in it; None where there was nothing else."""
    kept, commands = (body, []) if system else quick_actions.extract(body)
    if not kept.strip():
        return None, commands
    now = world.now()
    thread = discussion or secrets.token_hex(20)
    made = Note(world.next("note"), pull, user, kept, now, now, thread, kind, system, position)
    pull.notes[made.id] = made
    return made, commands


def change(world: World, note: Note, user: Account, body: str) -> bool:
    """Give a note another text; false where it has that one already."""
    kept, _ = quick_actions.extract(body)
    if kept == note.body or not kept.strip():
        return False
    note.body, note.edited_by, note.edited_at = kept, user, world.now()
    note.updated_at = note.edited_at
    return True


def give(world: World, on: Note | Pull, user: Account, name: str) -> Award:
    """Give an emoji. A note counts it as something that happened to it (app/models/note.rb, bump_updated_at)."""
    made = Award(world.next("award"), name, user, world.now())
    on.awards.append(made)
    if isinstance(on, Note):
        on.updated_at = made.created_at
    return made


def resolve(world: World, note: Note, user: Account | None) -> None:
    """Resolve a note of a thread, or open it again (None)."""
    note.resolved_by = user
    note.resolved_at = world.now() if user else None
