"""Sign people in by their account on GitLab: OAuth with PKCE, for one look at who they are.

The dance is told in GitLab's "OAuth 2.0 identity provider API" (doc/api/oauth2.md), what `/user` says in its
"Users API" (doc/api/users.md; lib/api/entities/user_public.rb)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urlsplit

import gitlab
import requests

from bots.forge import User
from diffing.words import Refused, Unavailable

Json = Any
_SCOPE = "read_user"
_TIMEOUT = 15.0
_ADDRESS = re.compile(r"[^\s<>@,;]+@[^\s<>@,;]+")
_A_WHILE = 60.0
_OR_TABLE = ", or its [[gitlab]] table"


class SignIn:
    """GitLab's door: gitlab.com's, or that of a GitLab of one's own."""

    def __init__(self, *, url: str, client_id: str, client_secret: str) -> None:
        self._url = url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret

    @property
    def host(self) -> str:
        """The forge's host, on which these people may decide."""
        return urlsplit(self._url).netloc

    @property
    def title(self) -> str:
        """As people call it."""
        return "GitLab" if self.host == "gitlab.com" else f"GitLab at {self.host}"

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Give the address to which the browser is sent. No lesser scope than `read_user` tells the name."""
        asked = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": state,
            "scope": _SCOPE,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._url}/oauth/authorize?{urlencode(asked)}"

    def signed_in_user(self, *, code: str, verifier: str, redirect_uri: str) -> User:
        """Say who came back with this code. The token is used once and forgotten."""
        with _session() as session:
            token = self._token(session, code, verifier, redirect_uri)
            return _user(self._told(session, token))

    def _token(self, session: requests.Session, code: str, verifier: str, redirect_uri: str) -> str:
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            answer = session.post(f"{self._url}/oauth/token", data=form, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise self._silent() from error
        token = _words(answer).get("access_token")
        if answer.status_code == 200 and isinstance(token, str) and token:
            return token
        raise self._refusal(answer.status_code, answer.headers, _words(answer).get("error"))

    def _told(self, session: requests.Session, token: str) -> Json:
        asked = gitlab.Gitlab(self._url, oauth_token=token, timeout=_TIMEOUT, session=session)
        try:
            # Without python-gitlab's pauses and tries: somebody waits, and can press the button again.
            return asked.http_get("/user", obey_rate_limit=False)
        except gitlab.GitlabHttpError as error:
            raise self._refusal(error.response_code or 0, {}, None) from error
        except (gitlab.GitlabError, requests.RequestException) as error:
            raise self._silent() from error

    def _refusal(self, status: int, headers: Mapping[str, str], error: object) -> Refused | Unavailable:
        if status == 429:
            return Unavailable(f"{self.title} asks us to slow down.", _seconds(headers.get("retry-after")))
        if status >= 500:
            return Unavailable(f"{self.title} does not work at the moment ({status}).")
        if status < 400:
            return Unavailable(
                f"What answers at {self._url} is no GitLab. Check GOLDDIGGER_GITLAB_URL{_OR_TABLE}."
            )
        if error == "invalid_client":
            return Refused(
                f"{self.title} does not know this application. Whoever runs Golddigger checks "
                f"GOLDDIGGER_GITLAB_CLIENT_ID and GOLDDIGGER_GITLAB_CLIENT_SECRET{_OR_TABLE}."
            )
        if error == "invalid_grant":
            return Refused(f"{self.title} did not take the code it gave you. Sign in again.")
        return Refused(f"{self.title} would not say who you are ({status}). Sign in again.")

    def _silent(self) -> Unavailable:
        return Unavailable(f"{self.title} does not answer.")


def _session() -> requests.Session:
    """Give a session that keeps no cookies, and takes no password from ~/.netrc along."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = lambda request: request
    return session


def _words(answer: requests.Response) -> Mapping[str, Json]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _user(told: Json) -> User:
    """Put GitLab's account into words. One that is blocked, or says nothing of being a bot, is nobody."""
    match told:
        case {"username": str(name), "state": "active", "bot": bool(bot)} if name:
            return User(name, bot=bot, author=_author(told))
    raise Refused("GitLab did not name an active account. Nothing was changed.")


def _author(told: Mapping[str, Json]) -> str:
    """Give whom git names as an author: with the address they chose for commits, which may be GitLab's own."""
    name = re.sub(r"[<>\s]+", " ", str(told.get("name") or "")).strip()
    address = str(told.get("commit_email") or "")
    return f"{name} <{address}>" if name and name.isprintable() and _ADDRESS.fullmatch(address) else ""


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else _A_WHILE
