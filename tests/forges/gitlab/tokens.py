"""Know who asks, and for what their token is good (doc/api/rest/authentication.md, doc/security/tokens/)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from tests.forges.gitlab.failures import Failed
from tests.forges.gitlab.world import Token, World
from tests.forges.web import Answer

Json = Any
OF_USERS = frozenset({"GET /user", "GET /users", "GET /users/:user"})


class Unknown(Exception):
    """The credentials are no good; the answer is GitLab's."""

    def __init__(self, answer: Json) -> None:
        super().__init__(str(answer))
        self.answer = Answer(401, answer)


def authenticate(world: World, headers: Mapping[str, str]) -> Token | None:
    """Tell from the headers who asks; None: nobody; raise Unknown when they prove nothing."""
    text = headers.get("private-token") or _bearer(headers.get("authorization", ""))
    if not text:
        return None
    token = world.tokens.get(text)
    if token is None or token.user.state != "active":
        raise Unknown({"message": "401 Unauthorized"})
    if not token.active(world.today()):
        why = "Token was revoked. You have to re-authorize from the user." if token.revoked else _EXPIRED
        raise Unknown({"error": "invalid_token", "error_description": why})
    token.used_at = world.now()
    return token


_EXPIRED = "Token is expired. You can either do re-authorization or token refresh."


def basic(world: World, header: str) -> Token | None:
    """Tell from a git client's Authorization header who asks; the user's name does not matter beside a token."""
    scheme, _, text = header.partition(" ")
    try:
        password = base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None
    token = world.tokens.get(password) if scheme.lower() == "basic" else None
    return token if token and token.active(world.today()) else None


def allow(token: Token, operation: str) -> None:
    """Raise Failed unless one of the token's scopes covers an operation."""
    scopes = set(token.scopes)
    wanted = {"api"}
    if operation.startswith(("GET ", "HEAD ")):
        wanted |= {"read_api"}
    if operation in OF_USERS:
        wanted |= {"read_user"}
    if operation == "GET /personal_access_tokens/self" or scopes & wanted:
        return
    failed = Failed(403, "")
    told = "The request requires higher privileges than provided by the access token."
    answer = {"error": "insufficient_scope", "error_description": told, "scope": " ".join(sorted(wanted))}
    failed.answer = Answer(403, answer)
    raise failed


def _bearer(header: str) -> str:
    scheme, _, text = header.partition(" ")
    return text if scheme.lower() == "bearer" else ""
