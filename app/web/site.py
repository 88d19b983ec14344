"""Hold what every page works with, and draw the small ports through which others let people in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import BoundedSemaphore
from typing import Protocol

from app.flow.jobs import Enqueue
from app.flow.parts import Parts
from app.web.asking import Asking
from app.web.bodies import Bodies
from app.web.buckets import Buckets
from app.web.live import Live
from app.web.seals import Seals
from app.web.seats import Seats
from app.web.sessions import Sessions
from bots.events import Webhook
from bots.forge import User

Draw = Callable[[bytes, bytes, bytes], bytes]
"""From golden, candidate and mask to a PNG in which people see what differs; Refused where it cannot be drawn."""
Sheet = Callable[[bytes], bytes]
"""From a file that browsers do not show to a PNG of it; Refused where it cannot be drawn."""
Shrink = Callable[[bytes], bytes]
"""From a file to a small PNG of it; Refused where it cannot be drawn."""
Probe = Callable[[], None]
"""Raises where a part cannot do its work."""


class Identity(Protocol):
    """A place where people have accounts: signs them in by OAuth with PKCE."""

    @property
    def host(self) -> str:
        """The forge's host, on which these people may decide."""
        ...

    @property
    def title(self) -> str:
        """As people call it: `GitHub`."""
        ...

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Give the address to which the browser is sent. `challenge`: S256."""
        ...

    def signed_in_user(self, *, code: str, verifier: str, redirect_uri: str) -> User:
        """Say who came back with this code; Refused or Unavailable where that cannot be known."""
        ...


class Installer(Protocol):
    """GitHub's dance that makes an app of its own for a self-hoster."""

    @property
    def web_url(self) -> str:
        """Where the manifest is posted to: `https://github.com`."""
        ...

    def manifest(self, public_url: str) -> str:
        """Give the app manifest as JSON, its addresses under `public_url`."""
        ...

    def convert(self, code: str) -> Mapping[str, str]:
        """Trade the code for the settings to put in place, by the name of their environment variable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may come in, and by which door."""

    secret_key: bytes = field(repr=False)
    operator: User
    """Whom a printed one-time token signs in, on `operator_host`."""
    operator_host: str = "local"
    identities: Mapping[str, Identity] = field(default_factory=dict)
    """By the name in the address: `/signin/github`."""
    installer: Installer | None = None
    public_pages: bool = True
    """May anybody look at public repositories?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What `application.create` put together."""

    parts: Parts
    enqueue: Enqueue
    access: Access
    hooks: Mapping[str, Webhook]
    """By the name in the address: `/webhooks/github`."""
    draw: Draw
    sheet: Sheet
    shrink: Shrink
    probes: Mapping[str, Probe]
    clock: Callable[[], datetime]
    seals: Seals
    sessions: Sessions
    asking: Asking
    seats: Seats
    tries: Buckets
    """Of signing in, by client."""
    acts: Buckets
    """Of deciding, by person."""
    bodies: Bodies
    drawing: BoundedSemaphore
    """Of how many differences and sheets are drawn at a time."""
    sketching: BoundedSemaphore
    """Of how many small pictures are made at a time."""
    live: Live

    @property
    def base(self) -> str:
        """The address under which people reach us, without a slash at its end."""
        return self.parts.links.base

    def identity_of(self, host: str) -> tuple[str, Identity] | None:
        """Give the door by which people of a host come in; None where none is configured."""
        return next(((name, door) for name, door in self.access.identities.items() if door.host == host), None)
