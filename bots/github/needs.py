"""List what the app needs of GitHub: its events, its permissions, and the few that each purpose takes along."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

GITHUB_EVENTS = ("check_run", "check_suite", "issue_comment", "pull_request", "workflow_run")
"""What `bots.github.events` reads. `installation*` reach every app unasked."""

PERMISSIONS: Mapping[str, str] = {
    "actions": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}
"""Never `workflows`: without it no commit of ours can change what CI runs."""


class Purpose(Enum):
    """What a token is for. It carries these permissions and no more, on one repository."""

    READING = "reading"
    PUBLISHING = "publishing"
    COMMITTING = "committing"
    TEAMS = "teams"

    @property
    def permissions(self) -> Mapping[str, str]:
        """Give the permissions to ask a token with."""
        return _BY_PURPOSE[self]


_BY_PURPOSE: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.READING: {"actions": "read", "contents": "read", "metadata": "read", "pull_requests": "read"},
    Purpose.PUBLISHING: {"checks": "write", "issues": "write", "metadata": "read", "pull_requests": "write"},
    Purpose.COMMITTING: {"contents": "write", "metadata": "read"},
    # Not among PERMISSIONS: only a repository whose configuration names teams needs it, and asks in words.
    Purpose.TEAMS: {"members": "read"},
}


def granted(have: str, needed: str) -> bool:
    """Is a permission's level enough?"""
    levels = ("", "read", "write", "admin")
    return have in levels and levels.index(have) >= levels.index(needed)
