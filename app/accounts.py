"""Hold the accounts and applications that the settings name, and say what is wrong with `[[gitlab]]` tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import combinations
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bots.gitlab.tenants import longest
from diffing.words import Refused

_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_LONGEST_PATH = 180
_NEEDED = {
    "token": "an access token of the bot's with the scope api",
    "webhook_secret": "make one with `openssl rand -hex 20`, or anybody could send us events",
}


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:  # its words repeat the address
        raise ValueError("cannot be read as an address") from None
    if "@" in parts.netloc:
        raise ValueError("holds a name or a password, and addresses are shown: each secret has its own setting")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is no address such as https://golddigger.example.org")
    return value.rstrip("/")


def _group(value: str) -> str:
    path = value.strip().strip("/")
    if not _PATH.fullmatch(path) or len(path) > _LONGEST_PATH:
        raise ValueError("is no path of a group or project such as acme/mobile")
    return path


Address = Annotated[str, AfterValidator(_address)]
Group = Annotated[str, AfterValidator(_group)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubApp:
    """The GitHub App that this process is. Its secrets never print."""

    app_id: str
    private_key: str = field(repr=False)
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
    """Any of them verifies: the old one and the new one, while it is being changed."""
    api_url: str
    web_url: str
    host: str
    client_id: str = ""
    """Empty, as the secret, where nobody can sign in on the page."""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabApplication:
    """The application of a GitLab by which people sign in. Its secret never prints."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """The server's host."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabBot:
    """An account that the bot is on a GitLab. Its secrets never print."""

    url: str
    host: str
    token: str = field(repr=False)
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
    """Any of them verifies: the old one and the new one, while it is being changed."""
    discussions: int
    groups: tuple[str, ...] = ()
    """What it sees to; empty: all that is no other's on this server."""

    @property
    def tenant(self) -> str:
        """Give a name for it that is no other's on its server."""
        return self.groups[0].lower() if self.groups else ""

    @property
    def title(self) -> str:
        """Say which it is."""
        return f"{self.host}, {', '.join(self.groups)}" if self.groups else self.host


class GitLabTable(BaseModel):
    """An account on a GitLab: a `[[gitlab]]` table of the settings' file, or the settings that begin so."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Address = "https://gitlab.com"
    token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    groups: tuple[Group, ...] = ()
    """Full paths of the groups, or of single projects, whose account it is. None: all that is no other table's."""
    discussions: int = Field(default=0, ge=0, le=20)
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")

    @property
    def bot(self) -> GitLabBot | None:
        """Give the bot's account; None where there is no token."""
        token = self.token.get_secret_value().strip()
        if not token:
            return None
        return GitLabBot(
            url=self.url,
            host=self.host,
            token=token,
            webhook_secrets=several(self.webhook_secret.get_secret_value()),
            discussions=self.discussions,
            groups=self.groups,
        )

    @property
    def application(self) -> GitLabApplication | None:
        """Give the application by which people sign in; None where there is none."""
        secret = self.client_secret.get_secret_value()
        if not self.client_id or not secret:
            return None
        return GitLabApplication(url=self.url, client_id=self.client_id, client_secret=secret)

    @property
    def host(self) -> str:
        """The server's host."""
        return urlsplit(self.url).netloc


def several(secrets: str) -> tuple[bytes, ...]:
    """Read secrets with commas between them."""
    return tuple(each.strip().encode() for each in secrets.split(",") if each.strip())


def place(number: int) -> str:
    """Name a table as people count them."""
    return f"[[gitlab]] {number}"


def read(given: object) -> tuple[tuple[GitLabTable, ...], list[str]]:
    """Read the tables; gives what is wrong with them too, all of it at once."""
    if not isinstance(given, Sequence) or not all(isinstance(each, Mapping) for each in given):
        return (), ["gitlab is written as tables, with two brackets also where there is one: [[gitlab]]."]
    tables: dict[int, GitLabTable] = {}
    problems: list[str] = []
    for number, each in enumerate(given, 1):
        wrong = list(_lacking(each))
        try:
            tables[number] = GitLabTable.model_validate(each)
        except ValidationError as error:
            wrong += [_sentence(each["loc"], each["msg"]) for each in error.errors()]
        problems += [f"{place(number)}: {why}" for why in wrong]
    return tuple(tables.values()), [*problems, *_clashes(tables)]


def _lacking(table: Mapping[str, Any]) -> Iterator[str]:
    for name, what in _NEEDED.items():
        if not str(table.get(name) or "").strip(" ,"):
            yield f"{name} is missing: {what}."
    if bool(table.get("client_id")) != bool(table.get("client_secret")):
        yield "client_id and client_secret work only together."


def _sentence(where: Sequence[int | str], said: str) -> str:
    name = str(where[0])
    if name not in GitLabTable.model_fields:
        meant = get_close_matches(name, GitLabTable.model_fields, n=1)
        return f"{name} is no setting" + (f"; did you mean {meant[0]}?" if meant else ".")
    which = f"{name}, the entry {int(where[1]) + 1}," if len(where) > 1 else name
    return f"{which} {said.removeprefix('Value error, ').replace('Input should be', 'must be')}."


def _clashes(tables: Mapping[int, GitLabTable]) -> Iterator[str]:
    """Say which tables cannot stand beside each other."""
    yield from _of_secrets(tables)
    by_host: defaultdict[str, dict[int, GitLabTable]] = defaultdict(dict)
    for number, table in tables.items():
        by_host[table.host.lower()][number] = table
    for host, own in by_host.items():
        yield from _of_host(host, own)


def _of_host(host: str, tables: Mapping[int, GitLabTable]) -> Iterator[str]:
    if len({table.url for table in tables.values()}) > 1:
        yield f"{_named(tables)} reach {host} by different addresses: write one, the same in each."
    rest = [number for number, table in tables.items() if not table.groups]
    if len(rest) > 1:
        yield f"{_named(rest)} take all of {host} that is no other's: give each but one its groups."
    doors = [number for number, table in tables.items() if table.client_id]
    if len(doors) > 1:
        yield f"{_named(doors)} each have a client_id of {host}, which has one door: keep one."
    for (one, first), (other, second) in combinations(tables.items(), 2):
        shared = {each.lower() for each in first.groups} & {each.lower() for each in second.groups}
        for group in sorted(shared):
            yield f"{_named([one, other])} both have the group {group}: leave it in one."


def _of_secrets(tables: Mapping[int, GitLabTable]) -> Iterator[str]:
    """Say which tables share what is each one's own: who knows it there would speak for the other."""
    bots = {number: table.bot for number, table in tables.items()}
    for (one, first), (other, second) in combinations(bots.items(), 2):
        if first is None or second is None:
            continue
        if first.token == second.token:
            yield (
                f"{_named([one, other])} have one token. On one server, put their groups into one table; two "
                "servers never share one."
            )
        if set(first.webhook_secrets) & set(second.webhook_secrets):
            yield (
                f"{_named([one, other])} have a webhook_secret in common: who knows one could speak for the "
                "other's groups. Make another with `openssl rand -hex 20`."
            )


def _named(numbers: Mapping[int, object] | Sequence[int]) -> str:
    return " and ".join(place(number) for number in numbers)


# ------------------------------------------------------------------------------------------- choosing


def chosen(bots: Sequence[GitLabBot], where: str, server: str = "") -> tuple[GitLabBot, str]:
    """Give the account that sees to a project or group, and the path of that; Refused where several could.

    `where`: a path, an id, or an address. `server`: the host or the address of the one that is meant."""
    told = server or (where if "://" in where else "")
    on_it = [each for each in bots if not told or _is_at(each, told)]
    hosts = sorted({each.host for each in on_it})
    if not hosts:
        raise Refused(f"No GitLab of the settings is at {told}. There is {_choice(bots)}.")
    if len(hosts) > 1:
        raise Refused(f"{where} may be on several servers. Give its address, or --server: {_choice(on_it)}.")
    path = _path(on_it[0], where)
    if len(on_it) > 1 and path.isdecimal():
        raise Refused(f"Several accounts are set up on {hosts[0]}. Write the path instead of the id {path}.")
    own = longest({group: each for each in on_it for group in each.groups or ("",)}, path)
    if own is None:
        raise Refused(f"{path} lies in no group of the settings. There is {_choice(on_it)}.")
    return own, path


def _is_at(bot: GitLabBot, told: str) -> bool:
    own = bot.url.lower()
    return told.lower() == bot.host.lower() or f"{told.lower().rstrip('/')}/".startswith(f"{own}/")


def _path(bot: GitLabBot, where: str) -> str:
    """Give the path out of an address; whatever is no address is one."""
    return (where[len(bot.url) :] if "://" in where else where).partition("/-/")[0].strip().strip("/")


def _choice(bots: Sequence[GitLabBot]) -> str:
    return "; ".join(each.title for each in bots)
