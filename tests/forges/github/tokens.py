"""Know who asks: the app by its JWT, an installation or a person by a token."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from tests.forges.github.world import App, Installation, Repo, Token, World

MOST_MINUTES = 10


class Unknown(Exception):
    """The credentials are missing or no good; the text is GitHub's."""


@dataclass(frozen=True, slots=True)
class AppItself:
    """The app, by its own key."""

    app: App


@dataclass(frozen=True, slots=True)
class Nobody:
    """A request without credentials."""


Actor = AppItself | Token | Nobody


def authenticate(world: World, header: str) -> Actor:
    """Tell from the Authorization header who asks; raise Unknown when it proves nothing."""
    scheme, _, text = header.partition(" ")
    match scheme.lower():
        case "":
            return Nobody()
        case "bearer" | "token" if text.count(".") == 2:
            return _app(world, text)
        case "bearer" | "token":
            return _token(world, text)
        case "basic":
            return _token(world, _password(text))
    raise Unknown("Bad credentials")


def issue(
    world: World, installation: Installation, permissions: Mapping[str, str], repos: tuple[Repo, ...] | None
) -> Token:
    """Give an installation's token for an hour."""
    token = Token(
        f"ghs_{secrets.token_hex(18)}", world.now() + timedelta(hours=1), installation, permissions, repos
    )
    world.tokens[token.text] = token
    return token


def _password(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unknown("Bad credentials") from error


def _token(world: World, text: str) -> Token:
    token = world.tokens.get(text)
    if token is None or token.until <= world.now():
        raise Unknown("Bad credentials")
    if token.installation and token.installation not in world.installations.values():
        raise Unknown("Bad credentials")  # the app was uninstalled, and its tokens ended with that
    return token


def _app(world: World, text: str) -> AppItself:
    app = world.app
    try:
        claims = jwt.decode(
            text,
            app.key.public,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_sub": False, "verify_iss": False},
        )
    except jwt.InvalidTokenError as error:
        raise Unknown("A JSON web token could not be decoded") from error
    _check_claims(world, claims)
    if str(claims.get("iss")) not in {str(app.id), app.client_id}:
        raise Unknown("Integration not found")
    return AppItself(app)


def _check_claims(world: World, claims: Mapping[str, Any]) -> None:
    now = world.now().timestamp()
    issued, until = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or issued > now:
        raise Unknown(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if not isinstance(until, int) or until <= now:
        raise Unknown("'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if until > now + MOST_MINUTES * 60:
        raise Unknown("'Expiration time' claim ('exp') is too far in the future")
