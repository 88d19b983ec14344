"""Ask one repository's API with one purpose's rights: tokens, pages, kept answers and pace are seen to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bots.forge import Repo
from bots.github import paths
from bots.github.app import Tokens
from bots.github.cache import ETags
from bots.github.limits import Failed
from bots.github.needs import Purpose
from bots.github.transport import RAW, Answer, Asked, Credentials, Transport
from bots.pacing import Pacer
from bots.quiet import Quiet
from diffing.words import Unavailable

Json = Any
_MOST_PAGES = 100
_PAGE = {"per_page": "100"}
_GONE = {404, 410}


@dataclass(frozen=True, slots=True)
class Client:
    """What every request goes through."""

    transport: Transport
    tokens: Tokens
    etags: ETags
    pacer: Pacer
    quiet: Quiet = field(default_factory=Quiet)

    def on(self, repo: Repo, purpose: Purpose) -> Api:
        """Give a repository's API, with what a purpose needs."""
        return Api(self, repo, purpose, paths.repo_path(repo))

    def beside(self, repo: Repo, purpose: Purpose) -> Api:
        """Give the API as a whole, by a token of one repository."""
        return Api(self, repo, purpose, "")


@dataclass(frozen=True, slots=True)
class Api:
    """A part of the API under one token. Segments of paths are given one by one, and escaped."""

    _client: Client
    _repo: Repo
    _purpose: Purpose
    _root: str

    def get(self, *segments: str, params: Mapping[str, str] | None = None) -> Json:
        """Read something."""
        return self._read(Asked(method="GET", path=self._path(segments), params=params or {})).data

    def find(self, *segments: str, params: Mapping[str, str] | None = None) -> Json | None:
        """Read something; None where it does not exist."""
        try:
            return self.get(*segments, params=params)
        except Failed as failed:
            if failed.status in _GONE:
                return None
            raise

    def pages(
        self, *segments: str, key: str | None = None, params: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Read a list to its end, page by page. `key`: where the list stands in the answer."""
        asked = Asked(method="GET", path=self._path(segments), params={**_PAGE, **(params or {})})
        for _ in range(_MOST_PAGES):
            answer = self._read(asked)
            yield from answer.data[key] if key else answer.data
            if answer.next is None:
                return
            asked = replace(asked, params=paths.query(answer.next))

    def raw(self, *segments: str, params: Mapping[str, str] | None = None) -> bytes:
        """Read a file's bytes."""
        asked = Asked(method="GET", path=self._path(segments), params=params or {}, accept=RAW)
        return self._send(asked).content

    def location(self, *segments: str) -> str:
        """Ask for something that lies elsewhere, and give its address."""
        answer = self._send(Asked(method="GET", path=self._path(segments)))
        if "location" not in answer.headers:
            raise Unavailable("GitHub did not say where a download lies.")
        return answer.headers["location"]

    def post(self, *segments: str, body: Json, paced: bool = True, share: float = 1.0) -> Answer:
        """Create something. Objects that nobody is told of need no pace. `share`: as in `Pacer.wait`."""
        if paced:
            self._client.pacer.wait(self._repo.tenant, share=share)
        return self._send(Asked(method="POST", path=self._path(segments), body=body))

    def patch(self, *segments: str, body: Json, repeat: bool = False) -> Answer:
        """Change something. `repeat`: doing it twice is the same as doing it once."""
        self._client.pacer.wait(self._repo.tenant)
        return self._send(Asked(method="PATCH", path=self._path(segments), body=body, repeat=repeat))

    def delete(self, *segments: str) -> None:
        """Delete something."""
        self._send(Asked(method="DELETE", path=self._path(segments)))

    def credentials(self) -> Credentials:
        """Give the token itself, for what is not the API: git LFS."""
        return self._client.tokens.of(self._repo, self._purpose)

    def _path(self, segments: tuple[str, ...]) -> str:
        return paths.below(self._root, *segments)

    def _read(self, asked: Asked) -> Answer:
        """Read through the kept answers: one that did not change since costs nothing."""
        etags = self._client.etags
        key = (self._repo.tenant, self._repo.id, self._purpose, asked.path, tuple(sorted(asked.params.items())))
        kept = etags.get(key)
        answer = self._send(replace(asked, etag=kept.headers["etag"]) if kept else asked)
        if kept and answer.status == 304:
            return kept
        etags.put(key, answer)
        return answer

    def _send(self, asked: Asked) -> Answer:
        with self._client.quiet.kept(self._repo.tenant):
            return self._asked(asked)

    def _asked(self, asked: Asked) -> Answer:
        credentials = self.credentials()
        try:
            return self._client.transport.send(asked, credentials)
        except Failed as failed:
            if failed.status != 401:
                raise
        # Refused before anything was done: the token was revoked early.
        renewed = self._client.tokens.renew(self._repo, self._purpose, credentials)
        return self._client.transport.send(asked, renewed)
