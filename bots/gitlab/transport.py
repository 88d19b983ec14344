"""Send one request to GitLab by python-gitlab, with time-outs and a few tries; its errors in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import gitlab
import requests

from bots import connections
from bots.breakers import Breaker, Passing
from bots.gitlab.limits import failure
from diffing.words import Refused, Unavailable

Json = Any
Clock = Callable[[], datetime]
Params = Mapping[str, str | list[str]]

MOST_BYTES = 64 << 20
_TIMEOUT = 30.0
_CHUNK = 1 << 16
_MOST_MESSAGE = 1 << 16
_TRIES = 3
_PASSING = {500, 502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, its path below the API's address; GraphQL's address is whole, for it lies beside that."""

    method: str
    path: str
    params: Params = field(default_factory=dict)
    body: Json = None
    raw: bool = False
    """Is a file's bytes what is asked for?"""
    repeat: bool = False
    """Safe to send again although it may have arrived. Reading always is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `data` decoded, or `content` as it came where raw bytes were asked for."""

    headers: Mapping[str, str]
    data: Json
    content: bytes
    next: str | None = None
    """The next page, where there is one."""


def _now() -> datetime:
    return datetime.now(UTC)


class Transport:
    """Requests to one server that the administrator set, and to no other."""

    def __init__(self, url: str, token: str, clock: Clock = _now, *, pause: float = 0.3) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._clock = clock
        self._pause = pause
        self._breaker = Breaker(f"GitLab at {self._url}")
        self._gitlab = gitlab.Gitlab(
            self._url, private_token=token, timeout=_TIMEOUT, user_agent="golddigger", session=self._session()
        )

    @property
    def url(self) -> str:
        """Give the server's address, without a slash at its end."""
        return self._url

    @property
    def token(self) -> str:
        """Give the token itself, for what is not the API: git LFS and downloads."""
        return self._token

    def send(self, asked: Asked) -> Answer:
        """Send a request. Raises Failed with GitLab's message, or Unavailable with when to try again."""
        tries = _TRIES if asked.method in {"GET", "HEAD"} or asked.repeat else 1
        return connections.tried(lambda: self._once(asked), self._breaker, tries=tries, pause=self._pause)

    def _once(self, asked: Asked) -> Answer:
        who = f"GitLab at {self._url}"
        try:
            with connections.speaking(who):
                # python-gitlab's own pauses and tries are left out: whoever waits here holds a worker.
                response = self._gitlab.http_request(
                    asked.method.lower(),
                    asked.path,
                    query_data=dict(asked.params),
                    post_data=asked.body,
                    streamed=True,
                    # GraphQL documents this header alone (doc/api/graphql/_index.md).
                    extra_headers={"Authorization": f"Bearer {self._token}"} if "://" in asked.path else None,
                    obey_rate_limit=False,
                    max_retries=0,
                )
                with response:
                    return _read(asked, response)
        except gitlab.GitlabError as error:
            raise Unavailable(f"{who} broke off.") from error

    def _session(self) -> requests.Session:
        session = connections.session()
        session.hooks["response"].append(self._look)
        return session

    def _look(self, response: requests.Response, **_: object) -> None:
        """Raise what an answer means that is none, before anything else happens to it.

        requests would follow to another host with our token: it takes only Authorization off."""
        status = response.status_code
        path = urlsplit(response.request.url or "").path.partition("/api/v4")[2] or "/graphql"
        what = f"{response.request.method} {path}"
        if 300 <= status < 400:
            there = urlsplit(response.headers.get("location", "")).hostname
            response.close()
            raise Refused(
                f"GitLab sent {what} on to {there}, where it was not followed. Check GOLDDIGGER_GITLAB_URL."
            )
        if status >= 400:
            headers = {name.lower(): text for name, text in response.headers.items()}
            meant = failure(status, headers, _message(response), what, self._clock())
            if isinstance(meant, Unavailable) and status in _PASSING and meant.after is None:
                raise Passing(meant)
            raise meant


def _read(asked: Asked, response: requests.Response) -> Answer:
    content = _content(asked, response)
    headers = {name.lower(): text for name, text in response.headers.items()}
    following = response.links.get("next", {}).get("url")
    if asked.raw or not content:
        return Answer(headers=headers, data=None, content=content, next=following)
    try:
        return Answer(headers=headers, data=json.loads(content), content=content, next=following)
    except (ValueError, RecursionError) as error:
        # What a proxy in between answers with.
        raise Unavailable(
            f"GitLab answered {asked.method} {asked.path} with something that is not JSON."
        ) from error


def _content(asked: Asked, response: requests.Response) -> bytes:
    """Take an answer in, as far as it may go: of a stranger's files, several are asked for at once."""
    pieces: list[bytes] = []
    length = 0
    for piece in response.iter_content(_CHUNK):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_BYTES:
            raise Refused(f"What GitLab gives for {asked.path} is larger than {MOST_BYTES >> 20} MiB.")
    return b"".join(pieces)


def _message(response: requests.Response) -> str:
    """Give GitLab's own words for why not: a text, or lists of them by field."""
    with response:
        try:
            told = json.loads(next(response.iter_content(_MOST_MESSAGE), b""))
        except (ValueError, RecursionError, requests.RequestException):
            return ""
    said = (
        (told.get("message") or told.get("error_description") or told.get("error"))
        if isinstance(told, dict)
        else ""
    )
    return " ".join((said if isinstance(said, str) else json.dumps(said)).split())[:500]
