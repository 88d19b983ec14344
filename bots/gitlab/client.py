"""Ask one project's API: paths are escaped, pages followed, and the pace of writing is seen to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from bots.gitlab.limits import Failed
from bots.gitlab.transport import Answer, Asked, Params, Transport
from bots.pacing import Pacer
from bots.quiet import Quiet
from diffing.words import Refused

Json = Any
_MOST_PAGES = 5_000
_PAGE = {"per_page": "100"}
_GONE = {404, 410}


class Silent(Refused):
    """The server does not tell that: it is too old, or does not let us ask."""


@dataclass(frozen=True, slots=True)
class Client:
    """What every request goes through."""

    transport: Transport
    pacer: Pacer
    quiet: Quiet = field(default_factory=Quiet)

    def on(self, project: str) -> Api:
        """Give a project's API."""
        return Api(self, below("/projects", project))

    def everywhere(self) -> Api:
        """Give the API as a whole."""
        return Api(self, "")

    def query(self, text: str, variables: Mapping[str, str]) -> Json:
        """Ask the other API, GraphQL, and give its `data`; Silent where this server has no answer to that."""
        asked = {"query": text, "variables": dict(variables)}
        try:
            told = self.transport.send(
                Asked(method="POST", path=f"{self.transport.url}/api/graphql", body=asked, repeat=True)
            ).data
        except Failed as failed:
            raise Silent(str(failed)) from failed
        match told:
            case {"data": dict(data)} if not told.get("errors"):
                return data
        raise Silent("GitLab did not answer a question of GraphQL as it is asked.")


@dataclass(frozen=True, slots=True)
class Api:
    """A part of the API. Segments of paths are given one by one, and escaped: slashes in them too."""

    client: Client
    _root: str

    def get(self, *segments: str, params: Params | None = None) -> Json:
        """Read something."""
        return self.answer(*segments, params=params).data

    def answer(self, *segments: str, params: Params | None = None) -> Answer:
        """Read something, with what is told beside it."""
        return self._send(Asked(method="GET", path=self._path(segments), params=params or {}))

    def find(self, *segments: str, params: Params | None = None) -> Json | None:
        """Read something; None where it does not exist."""
        try:
            return self.get(*segments, params=params)
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def pages(self, *segments: str, params: Params | None = None) -> Iterator[Json]:
        """Read a list to its end, page by page."""
        asked = Asked(method="GET", path=self._path(segments), params={**_PAGE, **(params or {})})
        for _ in range(_MOST_PAGES):
            answer = self._send(asked)
            yield from answer.data or ()
            if answer.next is None:
                return
            # Its parameters, and only these: nothing that came in an answer is an address.
            asked = replace(asked, params=dict(parse_qsl(urlsplit(answer.next).query)))
        raise Refused(f"GitLab's list of {asked.path} does not end.")

    def raw(self, *segments: str, params: Params | None = None) -> bytes:
        """Read a file's bytes."""
        return self._send(Asked(method="GET", path=self._path(segments), params=params or {}, raw=True)).content

    def headers(self, *segments: str, params: Params | None = None) -> Mapping[str, str] | None:
        """Read what is known of a file; None where it does not exist."""
        try:
            return self._send(
                Asked(method="HEAD", path=self._path(segments), params=params or {}, raw=True)
            ).headers
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def post(self, *segments: str, body: Json) -> Answer:
        """Create something."""
        return self._send(Asked(method="POST", path=self._path(segments), body=body))

    def put(self, *segments: str, body: Json) -> Answer:
        """Change something; doing it twice is the same as doing it once."""
        return self._send(Asked(method="PUT", path=self._path(segments), body=body, repeat=True))

    def delete(self, *segments: str) -> None:
        """Delete something; what is gone already is well."""
        try:
            self._send(Asked(method="DELETE", path=self._path(segments)))
        except Failed as failed:
            if failed.status not in _GONE:
                raise

    def pace(self, *, share: float = 1.0) -> None:
        """Wait until one more note may be written. `share`: as in `Pacer.wait`."""
        self.client.pacer.wait("", share=share)

    def address(self, *segments: str) -> str:
        """Give the whole address of something, for what is fetched otherwise."""
        return f"{self.client.transport.url}/api/v4{self._path(segments)}"

    def _send(self, asked: Asked) -> Answer:
        with self.client.quiet.kept(""):
            return self.client.transport.send(asked)

    def _path(self, segments: tuple[str, ...]) -> str:
        return below(self._root, *segments)


def below(root: str, *segments: str) -> str:
    """Add segments to a path, each of them escaped; Refused for one that would lead elsewhere."""
    for segment in segments:
        if segment in {"", ".", ".."}:
            raise Refused(f"{segment[:100]!r} is no name of GitLab's.")
    try:
        return "/".join([root, *(quote(segment, safe="") for segment in segments)])
    except UnicodeEncodeError:
        raise Refused("A name holds half a character, and GitLab cannot be asked for it.") from None
