"""Take GitLab's quick actions out of a text, as GitLab does before it keeps a note. Pure.

Only registered names at the start of a line are taken, outside code, quotes and HTML blocks
(doc/user/project/quick_actions.md; lib/gitlab/quick_actions/extractor.rb). `/golddigger` is none of them."""

from __future__ import annotations

import re

REGISTERED = frozenset(
    [
        "approve",
        "unapprove",
        "assign",
        "unassign",
        "assign_reviewer",
        "reviewer",
        "unassign_reviewer",
        "remove_reviewer",
        "close",
        "reopen",
        "copy_metadata",
        "done",
        "todo",
        "draft",
        "ready",
        "due",
        "remove_due_date",
        "estimate",
        "remove_estimate",
        "spend",
        "remove_time_spent",
        "label",
        "labels",
        "unlabel",
        "relabel",
        "remove_label",
        "lock",
        "unlock",
        "merge",
        "milestone",
        "remove_milestone",
        "react",
        "award",
        "rebase",
        "reassign",
        "request_review",
        "request_changes",
        "submit_review",
        "shrug",
        "tableflip",
        "subscribe",
        "unsubscribe",
        "target_branch",
        "title",
        "ship",
        "weight",
        "clear_weight",
        "confidential",
        "duplicate",
        "move",
        "relate",
        "create_merge_request",
        "cc",
    ]
)
_FENCE = re.compile(r"(```|>>>)")
_ACTION = re.compile(r"/(\w+)(?: (.*))?\s*$")


def extract(text: str) -> tuple[str, list[str]]:
    """Give the text without its quick actions, and their names in order."""
    kept: list[str] = []
    names: list[str] = []
    fence = ""
    for line in text.replace("\r", "").split("\n"):
        found = None if fence else _ACTION.match(line)
        if found and found[1].lower() in REGISTERED:
            names.append(found[1].lower())
            continue
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        kept.append(line)
    return "\n".join(kept).rstrip(), names
