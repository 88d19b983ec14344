"""Say in neutral words what forges deliver, and draw the port that verifies and reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.forge import Repo, User
from diffing.words import Sha


class Unverified(Exception):
    """A delivery does not prove that it comes from the forge."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook call, verified, not yet read."""

    host: str
    id: str
    event: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFinished:
    """CI ended on a commit. A hint: which pipelines there are, and how they stand, is asked again."""

    repo: Repo
    head: Sha
    branch: str | None
    """None where the forge left it out."""
    head_path: str | None
    """The repository of the branch, `owner/name`; None where the forge left it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    """Somebody wrote a comment that may hold commands."""

    repo: Repo
    number: str
    comment: str
    who: User
    text: str
    written_at: datetime
    doubt: str = ""
    """Why the forge does not bear out that `who` wrote this; empty where it does. It is told, and not obeyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Somebody edited a comment that may be ours. Only `who` may approve: `author` is whose comment it is."""

    repo: Repo
    number: str
    comment: str
    author: User
    who: User
    before: str | None
    """None where the forge does not tell it: of several boxes, nobody knows then who ticked which."""
    after: str
    """Empty where nothing of it counts: see `doubt`."""
    given_at: datetime | None = None
    """When a sign was given that names nothing of what was seen, such as a thumb up; None where the boxes do."""
    sign: str = ""
    """Names what was done, equal when it is told again; empty where it comes but once."""
    doubt: str = ""
    """Why the forge does not bear out what a delivery told of; empty where it does. It is said, where boxes of
    `doubted` are not approved otherwise."""
    doubted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button of ours."""

    repo: Repo
    head: Sha
    handle: str
    button: str
    who: User


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunAsked:
    """Somebody asked the forge to run our check again."""

    repo: Repo
    head: Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMoved:
    """A change was opened, reopened, retargeted or pushed to."""

    repo: Repo
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchGone:
    """A change was closed or merged."""

    repo: Repo
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessChanged:
    """The bot was given repositories, or lost them."""

    repos: tuple[Repo, ...]
    gone: bool
    everything: bool = False
    """All repositories of the tenant, whether named or not."""
    host: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us, and why."""

    why: str


Event = (
    PipelineFinished | Commanded | Ticked | Pressed | RerunAsked | HeadMoved | BranchGone | AccessChanged | Ignored
)


class Webhook(Protocol):
    """Verify and read a forge's deliveries. Pure."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Give the delivery; raise Unverified with a reason that names no secret."""
        ...

    def read(self, delivery: Delivery) -> Event:
        """Say in neutral words what a delivery means; Ignored for whatever is unknown or malformed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A delivery that did not arrive, as its forge remembers it."""

    delivery: str
    """The id that it has, each time it is delivered."""
    attempt: str
    """The last attempt, by which it is asked for."""
    tries: int
    at: datetime
    """When it was tried last."""


class Post(Protocol):
    """What a forge remembers of its deliveries, where it can be asked to deliver one again."""

    def missed(self, since: datetime) -> list[Missed]:
        """Give what was tried since then and did not arrive, each once, the oldest first."""
        ...

    def again(self, missed: Missed) -> None:
        """Have one delivered again."""
        ...
