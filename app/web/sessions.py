"""Remember in a signed cookie who somebody is, and which runs they were given the link to."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.web.seals import Seals
from bots.forge import User

LASTS = timedelta(hours=12)
_MOST_RUNS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser's standing here. Without an id it is nobody's."""

    id: str = ""
    until: datetime | None = None
    people: Mapping[str, User] = field(default_factory=dict)
    """Who this is on each host."""
    operator: bool = False
    """Came with a token that Golddigger printed where it runs: may see every run."""
    runs: tuple[str, ...] = ()
    """Runs whose link they were given, newest last."""

    def admits(self, run_id: str) -> bool:
        """Does it let them look at a run by itself: as the operator, or by a link they were given?"""
        return self.operator or run_id in self.runs

    def opened(self, run_id: str, now: datetime) -> Session:
        """Remember a run whose link they had."""
        runs = (*(run for run in self.runs if run != run_id), run_id)[-_MOST_RUNS:]
        return replace(self, id=self.id or _fresh(), until=self.until or now + LASTS, runs=runs)

    def signed_in(self, host: str, who: User, now: datetime, *, operator: bool = False) -> Session:
        """Know from now who they are on a host, under a fresh id. That lengthens no other sign-in."""
        others = self.people.keys() - {host}
        return replace(
            self,
            id=_fresh(),
            until=self.until if self.until and others else now + LASTS,
            people={**self.people, host: who},
            operator=operator or self.operator,
        )


@dataclass(frozen=True, slots=True)
class Sessions:
    """Reads and writes the session's cookie."""

    seals: Seals
    cookie: str
    secure: bool

    @classmethod
    def at(cls, base: str, seals: Seals) -> Self:
        """Make them for an address. Cookies ignore ports, so two servers on one machine need two names."""
        where = urlsplit(base)
        secure = where.scheme == "https"
        return cls(seals, "__Host-golddigger" if secure else f"golddigger-{where.port or 80}", secure)

    def read(self, connection: HTTPConnection, now: datetime) -> Session:
        """Give the browser's session; nobody's where there is none, or it is over."""
        words = self.seals.open("session", connection.cookies.get(self.cookie, ""), now)
        return _from_words(words, now) if words else Session()

    def write(self, response: Response, session: Session) -> None:
        """Have the browser keep a session."""
        if session.until is None:
            raise ValueError("nobody's session is not kept")
        self.put(response, self.cookie, self.seals.seal("session", _words(session), session.until), LASTS)

    def put(self, response: Response, name: str, value: str, lasts: timedelta) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send along with a post."""
        response.set_cookie(
            name,
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Have the browser drop its session."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def csrf(self, session: Session) -> str:
        """Give the word that each post from this session must carry."""
        return self.seals.word("csrf", session.id)

    def is_csrf(self, session: Session, given: str) -> bool:
        """Is it that word?"""
        return bool(session.id) and self.seals.is_word("csrf", session.id, given)


def _fresh() -> str:
    return secrets.token_urlsafe(12)


def _words(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "people": {host: [who.name, who.author] for host, who in session.people.items()},
        "operator": session.operator,
        "runs": session.runs,
    }


def _from_words(words: dict[str, Any], now: datetime) -> Session:
    return Session(
        id=words["id"],
        until=datetime.fromtimestamp(words["until"], tz=now.tzinfo),
        people={host: User(name, author=author) for host, (name, author) in words["people"].items()},
        operator=words["operator"],
        runs=tuple(words["runs"]),
    )
