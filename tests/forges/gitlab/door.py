"""Be the door of a GitLab over HTTP: consent, tokens, and who somebody is. Nothing of ours is in it.

Requests and answers are held to what GitLab publishes: the dance to "OAuth 2.0 identity provider API"
(doc/api/oauth2.md), its errors to RFC 6749 § 5.2, PKCE to RFC 7636, the account to "Users API" (doc/api/users.md)
and its entities (lib/api/entities/user_basic.rb, user.rb, user_public.rb)."""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.forges.web import Answer, Request, Site

Json = Any
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def account(username: Json = "maria", **told: Json) -> dict[str, Json]:
    """Make what `/user` says of somebody who looks at themselves."""
    return {
        "id": 42,
        "username": username,
        "name": str(username).title(),
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"https://gitlab.example.org/{username}",
        "created_at": "2012-05-23T08:00:58Z",
        "bio": "",
        "location": None,
        "public_email": None,
        "skype": "",
        "linkedin": "",
        "twitter": "",
        "website_url": "",
        "organization": "",
        "job_title": "",
        "pronouns": None,
        "bot": False,
        "work_information": None,
        "followers": 0,
        "following": 0,
        "last_sign_in_at": "2012-06-01T11:41:01Z",
        "confirmed_at": "2012-05-23T09:05:22Z",
        "last_activity_on": "2012-05-23",
        "email": f"{username}@example.org",
        "theme_id": 1,
        "color_scheme_id": 2,
        "projects_limit": 100,
        "current_sign_in_at": "2012-06-02T06:36:55Z",
        "identities": [],
        "can_create_group": True,
        "can_create_project": True,
        "two_factor_enabled": True,
        "external": False,
        "private_profile": False,
        "commit_email": f"42-{username}@users.noreply.gitlab.example.org",
    } | told


@dataclass(frozen=True)
class _Grant:
    """What somebody agreed to."""

    challenge: str
    redirect_uri: str
    scope: str
    user: Mapping[str, Json]


@dataclass
class GitLabDoor:
    """One GitLab with one application, from `with` to its end."""

    client_id: str = "application-id"
    client_secret: str = "gloas-application-secret"
    root: str = ""
    """The path it lies under: `/gitlab` where a GitLab shares its host with others."""
    at: str = ""
    """Where it is, when another server answers for it; empty: at a port of its own."""
    instead: dict[str, Answer] = field(default_factory=dict)
    """By path: what is answered in its place."""
    requests: list[Request] = field(default_factory=list)
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _tokens: dict[str, _Grant] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._site = Site(self.answer)
        self._site.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._site.stop()

    @property
    def url(self) -> str:
        """Where it is."""
        return self.at or f"{self._site.url}{self.root}"

    def consent(self, location: str, user: Mapping[str, Json]) -> str:
        """Let somebody agree to what a browser was sent here with; give where it is sent next."""
        there = urlsplit(location)
        assert f"{there.scheme}://{there.netloc}{there.path}" == f"{self.url}/oauth/authorize"
        asked = {name: values[0] for name, values in parse_qs(there.query).items()}
        assert asked["client_id"] == self.client_id
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_hex(32)
        self._codes[code] = _Grant(asked["code_challenge"], asked["redirect_uri"], asked["scope"], user)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def holds(self, request: Request) -> bool:
        """Does a request show a token that was given out here?"""
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    def answer(self, request: Request) -> Answer:
        """Serve a request."""
        self.requests.append(request)
        path = request.path.removeprefix(self.root)
        if path in self.instead:
            return self.instead[path]
        match request.method, path:
            case "POST", "/oauth/token":
                return self._token(request)
            case "GET", "/api/v4/user":
                return self._user(request)
        return Answer(404, {"error": "404 Not Found"})

    def _token(self, request: Request) -> Answer:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        assert "authorization" not in request.headers
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return _error(401, "invalid_client", "Client authentication failed due to unknown client.")
        grant = self._codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or grant is None or not _fits(form, grant):
            return _error(400, "invalid_grant", "The provided authorization grant is invalid.")
        token = secrets.token_hex(32)
        self._tokens[token] = grant
        given = {"access_token": token, "token_type": "Bearer", "expires_in": 7200, "created_at": 1607635748}
        return Answer(200, given | {"refresh_token": secrets.token_hex(32), "scope": grant.scope})

    def _user(self, request: Request) -> Answer:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._tokens.get(token)
        if kind != "Bearer" or grant is None:
            return Answer(401, {"message": "401 Unauthorized"})
        if not {"api", "read_api", "read_user"} & set(grant.scope.split()):
            told = {"error": "insufficient_scope", "error_description": "The request requires higher privileges."}
            return Answer(403, told)
        return Answer(200, dict(grant.user))


def _fits(form: Mapping[str, str], grant: _Grant) -> bool:
    verifier = form.get("code_verifier", "")
    made = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return bool(
        _VERIFIER.fullmatch(verifier) and made == grant.challenge and form["redirect_uri"] == grant.redirect_uri
    )


def _error(status: int, error: str, why: str) -> Answer:
    return Answer(status, {"error": error, "error_description": why})
