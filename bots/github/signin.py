"""Sign people in by their account on GitHub: OAuth with PKCE, for one look at who they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bots.forge import User
from bots.github.payloads import noreply
from bots.github.transport import NOBODY, Asked, Credentials, Transport
from diffing.words import Refused

Json = Any


class SignIn:
    """GitHub's door."""

    def __init__(self, *, host: str, api_url: str, web_url: str, client_id: str, client_secret: str) -> None:
        self._host = host
        self._api = Transport(api_url)
        self._web = Transport(web_url)
        self._client_id = client_id
        self._client_secret = client_secret

    @property
    def host(self) -> str:
        """The forge's host, on which these people may decide."""
        return self._host

    @property
    def title(self) -> str:
        """As people call it."""
        return "GitHub" if self._host == "github.com" else f"GitHub at {self._host}"

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Give the address to which the browser is sent. No scope is asked for: the name is enough."""
        asked = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._web.api}/login/oauth/authorize?{urlencode(asked)}"

    def signed_in_user(self, *, code: str, verifier: str, redirect_uri: str) -> User:
        """Say who came back with this code. The token is used once and forgotten."""
        token = self._token(code, verifier, redirect_uri)
        told = self._api.send(Asked(method="GET", path="/user"), Credentials(token=token)).data
        return User(
            told["login"], bot=told["type"] != "User", author=noreply(told["login"], told["id"], self._host)
        )

    def _token(self, code: str, verifier: str, redirect_uri: str) -> str:
        body = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        path = "/login/oauth/access_token"
        asked = Asked(method="POST", path=path, body=body, accept="application/json")
        told = self._web.send(asked, NOBODY).data
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            # GitHub answers 200 to a code that is no good, with the error inside.
            raise Refused("GitHub did not take the code it gave you. Sign in again.")
        return str(told["access_token"])
