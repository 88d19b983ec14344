"""List what the bot needs of GitLab: the events of its webhook, its token's scope, its role in a project."""

from __future__ import annotations

EVENTS = (
    "pipeline_events",
    "job_events",
    "note_events",
    "emoji_events",
    "merge_requests_events",
    "push_events",
)
"""What `bots.gitlab.events` reads, by the names that a webhook's settings have."""

SCOPE = "api"
"""`read_api` cannot write notes, statuses or commits; `write_repository` is for git itself."""

ROLE = 30
"""Developer: notes, statuses, and commits to branches that are not protected."""
