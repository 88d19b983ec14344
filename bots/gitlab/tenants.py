"""Tell whose project a path names, where a server knows the bot by several accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from bots.events import Webhook
from bots.forge import Forge
from diffing.words import Refused

if TYPE_CHECKING:
    from bots.gitlab.client import Client

Whose = TypeVar("Whose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One account of the bot's, and what it sees to. Its token and its secret serve nothing else."""

    name: str
    """As `Repo.tenant` has it; empty for whoever takes the rest."""
    groups: tuple[str, ...]
    """Full paths of groups, with all that lies in them, or of projects. None: all that is no other's."""
    forge: Forge
    webhook: Webhook
    client: Client

    @property
    def mark(self) -> str:
        """Give its name as a few letters, for what has no room for a path."""
        return sha256(self.name.encode()).hexdigest()[:16]


class Tenants:
    """The accounts on one server. The longest path decides: a subgroup may have an account of its own."""

    def __init__(self, host: str, tenants: Sequence[Tenant]) -> None:
        self.host = host
        self._tenants = {each.name: each for each in tenants}
        self._by_path = {path: each for each in tenants for path in each.groups or ("",)}

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._tenants.values())

    def named(self, name: str) -> Tenant | None:
        """Give a tenant by its name; None where none of that name is set up."""
        return self._tenants.get(name)

    def marked(self, mark: str) -> Tenant | None:
        """Give a tenant by its mark; None where none has it."""
        return next((each for each in self if each.mark == mark), None)

    def of(self, path: str) -> Tenant | None:
        """Give whose a project is; None where it is nobody's."""
        return longest(self._by_path, path)

    def must_have(self, path: str) -> Tenant:
        """Give whose a project is; Refused where it is nobody's."""
        found = self.of(path)
        if found is None:
            raise Refused(
                f"{path} lies in no group that an account is set up for on {self.host}. Add its group to one of "
                "the [[gitlab]] tables of the settings."
            )
        return found


def longest(by_path: Mapping[str, Whose], path: str) -> Whose | None:
    """Give what stands at the longest path that another one begins with; at the empty one, for all the rest.

    GitLab takes capital and small letters in paths for the same."""
    whose = {each.lower(): found for each, found in by_path.items()}
    rest = path.lower()
    while rest and rest not in whose:
        rest = rest.rpartition("/")[0]
    return whose.get(rest)
