"""Send one request to GitHub and read its answer, with time-outs, a few tries, and errors in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import gidgethub
import requests
from gidgethub import sansio

from bots import connections
from bots.breakers import Breaker, Passing
from bots.github.limits import failure
from diffing.words import Refused, Unavailable

Json = Any
Clock = Callable[[], datetime]

JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"
_WHO = "golddigger"
_VERSION = "2022-11-28"
_TIMEOUTS = (5, 30)
_CHUNK = 1 << 16
MOST_BYTES = 64 << 20
_MOVED = {301, 307, 308}
_MOST_MOVES = 2
_TRIES = 3
_PASSING = {500, 502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What goes into the Authorization header: a token, the app's own word, or nothing."""

    token: str | None = field(default=None, repr=False)
    jwt: str | None = field(default=None, repr=False)


NOBODY = Credentials()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, its path below the API's address."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    accept: str = JSON
    etag: str = ""
    repeat: bool = False
    """Safe to send again although it may have arrived. Reading always is."""

    @property
    def what(self) -> str:
        """Name the request in a sentence."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `data` decoded, or `content` as it came where raw bytes were asked for."""

    status: int
    headers: Mapping[str, str]
    data: Json
    content: bytes
    next: str | None = None
    """The next page, where there is one."""


def _now() -> datetime:
    return datetime.now(UTC)


class Transport:
    """Requests to one address that the administrator set, and to no other."""

    def __init__(self, api_url: str, clock: Clock = _now, *, pause: float = 0.3) -> None:
        self._api = api_url.rstrip("/")
        self._clock = clock
        self._pause = pause
        self._breaker = Breaker(f"GitHub at {self._api}")
        self._session = connections.session()

    @property
    def api(self) -> str:
        """Give the address, without a slash at its end."""
        return self._api

    def send(self, asked: Asked, credentials: Credentials) -> Answer:
        """Send a request. Raises Failed with GitHub's message, or Unavailable with when to try again."""
        tries = _TRIES if asked.method == "GET" or asked.repeat else 1
        return connections.tried(
            lambda: self._once(asked, credentials), self._breaker, tries=tries, pause=self._pause
        )

    def _once(self, asked: Asked, credentials: Credentials) -> Answer:
        url = f"{self._api}{asked.path}"
        for _ in range(_MOST_MOVES + 1):
            response, content = self._request(asked, url, credentials)
            if response.status_code not in _MOVED:
                return self._read(asked, response, content)
            # A renamed repository: GitHub names its new address, on the API itself.
            url = urljoin(url, response.headers.get("location", ""))
            if not url.startswith(f"{self._api}/"):
                break
        raise Refused(f"GitHub sent {asked.what} on to {urlsplit(url).hostname}, where it was not followed.")

    def _request(self, asked: Asked, url: str, credentials: Credentials) -> tuple[requests.Response, bytes]:
        with (
            connections.speaking(f"GitHub at {self._api}"),
            self._session.request(
                asked.method,
                url,
                params=dict(asked.params) or None,
                json=asked.body,
                headers=_headers(asked, credentials),
                timeout=_TIMEOUTS,
                allow_redirects=False,
                auth=_as_it_is,
                stream=True,
            ) as response,
        ):
            return response, _content(asked, response)

    def _read(self, asked: Asked, response: requests.Response, content: bytes) -> Answer:
        headers = {name.lower(): text for name, text in response.headers.items()}
        status = response.status_code
        try:
            if status in {302, 304} or (asked.accept == RAW and status == 200):
                return Answer(status=status, headers=headers, data=None, content=content)
            data, _, following = sansio.decipher_response(status, headers, content)
            if isinstance(data, str):  # of another media type
                raise ValueError("no JSON")
        except gidgethub.GitHubException as refusal:
            raise self._meaning(asked, status, headers, str(refusal)) from None
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # What a proxy in between answers with, which gidgethub trusts to be GitHub's.
            if status >= 400:
                raise self._meaning(asked, status, headers, "") from error
            raise Unavailable(f"GitHub answered {asked.what} with something that is not JSON.") from error
        return Answer(status=status, headers=headers, data=data, content=content, next=following)

    def _meaning(self, asked: Asked, status: int, headers: Mapping[str, str], message: str) -> Exception:
        meant = failure(status, headers, message, asked.what, self._clock())
        passing = isinstance(meant, Unavailable) and status in _PASSING and meant.after is None
        return Passing(meant) if isinstance(meant, Unavailable) and passing else meant


def _content(asked: Asked, response: requests.Response) -> bytes:
    """Take an answer in, as far as it may go: of a stranger's files, several are asked for at once."""
    pieces: list[bytes] = []
    length = 0
    for piece in response.iter_content(_CHUNK):
        pieces.append(piece)
        length += len(piece)
        if length > MOST_BYTES:
            raise Refused(f"What GitHub gives for {asked.what} is larger than {MOST_BYTES >> 20} MiB.")
    return b"".join(pieces)


def _headers(asked: Asked, credentials: Credentials) -> dict[str, str]:
    headers = sansio.create_headers(_WHO, accept=asked.accept, oauth_token=credentials.token, jwt=credentials.jwt)
    headers["x-github-api-version"] = _VERSION
    if asked.etag:
        headers["if-none-match"] = asked.etag
    return headers


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep our Authorization: without this, requests replaces it from ~/.netrc."""
    return request
