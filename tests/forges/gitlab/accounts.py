"""Hold who there is: people, bots, groups with their members, and the tokens given out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tests.forges.git import Person

LEVELS: Mapping[str, int] = {
    "none": 0,
    "guest": 10,
    "planner": 15,
    "reporter": 20,
    "developer": 30,
    "maintainer": 40,
    "owner": 50,
    "read": 20,
    "triage": 20,
    "write": 30,
    "maintain": 40,
    "admin": 50,
}
"""Roles and their access levels (doc/api/access_requests.md), then the words that stories of every forge use."""
Kind = Literal["personal", "project", "group", "oauth"]


@dataclass(eq=False)
class Account:
    """Somebody with a name: a person, or a bot."""

    id: int
    username: str
    bot: bool = False
    state: str = "active"
    named: str = ""

    @property
    def login(self) -> str:
        """The name by which stories of every forge call somebody."""
        return self.username

    @property
    def name(self) -> str:
        """The name that people read."""
        return self.named or self.username.replace("-", " ").title()

    @property
    def email(self) -> str:
        """The address that commits of this account carry."""
        return f"{self.id}-{self.username}@users.noreply.gitlab.example.org"

    @property
    def person(self) -> Person:
        """How this account signs commits."""
        return Person(self.name, self.email)


@dataclass(eq=False)
class Group:
    """A namespace of many; groups lie within groups, and hand their members down."""

    id: int
    path: str
    members: dict[str, int] = field(default_factory=dict)
    private: bool = True

    @property
    def name(self) -> str:
        """The last part of its path, as people read it."""
        return self.path.rpartition("/")[2].replace("-", " ").title()

    def role(self, username: str, role: str) -> None:
        """Give somebody a role in the group and all that lies in it."""
        self.members[username] = LEVELS[role]


@dataclass(eq=False)
class Token:
    """What lets its user in. `until`: the day on which it is no longer good; None: never ends."""

    id: int
    text: str
    user: Account
    scopes: tuple[str, ...]
    name: str
    kind: Kind
    created_at: datetime
    until: date | None = None
    revoked: bool = False
    used_at: datetime | None = None

    def active(self, today: date) -> bool:
        """Is it still good?"""
        return not self.revoked and (self.until is None or today < self.until)
