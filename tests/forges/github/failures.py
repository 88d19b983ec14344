"""Say no as GitHub does."""

from __future__ import annotations

from typing import Any

from tests.forges.web import Answer

Json = Any


class Failed(Exception):
    """GitHub answers with an error: a status, a message, and what is wrong with which field."""

    def __init__(self, status: int, message: str, *, errors: list[Json] | None = None) -> None:
        super().__init__(message)
        self.answer = Answer(status, failure(message, errors))


def failure(message: str, errors: list[Json] | None = None) -> Json:
    """Write an error as GitHub does."""
    more = {"errors": errors} if errors else {}
    return {"message": message, **more, "documentation_url": "https://docs.github.com/rest"}


def not_found() -> Failed:
    """Say that there is no such thing, or none that the caller may see."""
    return Failed(404, "Not Found")


def forbidden() -> Failed:
    """Say that the token does not allow it."""
    return Failed(403, "Resource not accessible by integration")


def invalid(resource: str, field_: str, message: str) -> Failed:
    """Say that the request is well formed, and cannot be done."""
    error = {"resource": resource, "field": field_, "code": "custom", "message": message}
    return Failed(422, "Validation Failed", errors=[error])
