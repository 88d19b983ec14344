"""Say no as GitLab does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.forges.web import Answer

Json = Any


class Failed(Exception):
    """GitLab answers with an error: a status and a message, which is a text or tells of fields."""

    def __init__(self, status: int, message: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(message))
        self.answer = Answer(status, {"message": message}, headers=headers or {})


def not_found(what: str = "") -> Failed:
    """Say that there is no such thing, or none that the caller may see."""
    return Failed(404, f"404 {what} Not Found" if what else "404 Not found")


def forbidden(why: str = "") -> Failed:
    """Say that the role of the token's user does not allow it."""
    return Failed(403, f"403 Forbidden - {why}" if why else "403 Forbidden")


def unauthorized() -> Failed:
    """Say that nobody knows who asks."""
    return Failed(401, "401 Unauthorized")


def bad(message: Json) -> Failed:
    """Say that it cannot be done like this."""
    return Failed(400, message)
