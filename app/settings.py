"""Read the settings once, whole: the environment over a TOML file over what is usual."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource

from app import accounts
from app.accounts import Address, GitHubApp, GitLabApplication, GitLabBot, GitLabTable, several
from app.vault import PREFIX as PREFIX_OF_VAULT
from app.vault import Vault, unreadable
from diffing.words import Refused

PREFIX = "GOLDDIGGER_"
DATA = Path("golddigger-data")
_SHORTEST_KEY = 16
_LONGEST_DAYS = 36_500


def _key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_KEY:
        raise ValueError(f"must have at least {_SHORTEST_KEY} characters, better 40, that nobody can guess")
    return value


def _networks(value: str) -> str:
    for each in filter(None, (part.strip() for part in value.split(","))):
        try:
            ip_network(each)
        except ValueError:
            raise ValueError(f"names {each!r}, which is no address or network such as 10.0.0.0/8") from None
    return value


def _days(value: object) -> int | None:
    words = str(value).strip().lower()
    if value is None or words in ("forever", "for ever"):
        return None
    if not (words.isascii() and words.isdecimal()) or not 1 <= int(words[:6]) <= _LONGEST_DAYS:
        raise ValueError(
            f"must be a number of days from 1 to {_LONGEST_DAYS:,}, or `forever`: nothing goes on its first day"
        )
    return int(words)


Days = Annotated[int | None, BeforeValidator(_days)]
Key = Annotated[SecretStr, AfterValidator(_key)]


class Settings(BaseModel):
    """Everything that an operator can set. Secrets never print.

    Made by hand, it is what it is given and never looks at the environment: a demo cannot write into the
    database of a server."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    github_app_id: str = ""
    github_private_key: SecretStr = SecretStr("")
    """The PEM text, its line ends also as a backslash and an n, or the path of a file that holds it."""
    github_webhook_secret: SecretStr = SecretStr("")
    """One, or several with commas between them."""
    github_api_url: Address = "https://api.github.com"
    github_web_url: Address = "https://github.com"
    github_client_id: str = ""
    github_client_secret: SecretStr = SecretStr("")
    gitlab_url: Address = "https://gitlab.com"
    gitlab_token: SecretStr = SecretStr("")
    """A project's, a group's or a person's access token with the scope `api`: as whom the bot acts."""
    gitlab_webhook_secret: SecretStr = SecretStr("")
    """One, or several with commas between them; those that begin with `whsec_` are signing tokens."""
    gitlab_discussions: int = Field(default=0, ge=0, le=20)
    """So many changed goldens of a merge request get a thread of their own, resolved when it is decided."""
    gitlab_client_id: str = ""
    gitlab_client_secret: SecretStr = SecretStr("")
    gitlab: tuple[GitLabTable, ...] = ()
    """Several servers, or several accounts on one: in place of the settings that begin with `gitlab_`."""
    public_url: Address = "http://127.0.0.1:8000"
    """Where browsers and forges reach this."""
    secret_key: Key
    """Signs sessions and links. Who changes it makes every link that was given out useless."""
    data: Path = DATA
    database_url: str = Field(default="", repr=False)
    storage_url: str = Field(default="", repr=False)
    """Empty, as the database's address: in the data folder."""
    queue_url: str = Field(default="memory://", repr=False)
    public_pages: bool = True
    """May anybody look at the runs of public repositories?"""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = "127.0.0.1, ::1"
    """Addresses and networks of the proxies that tell us who asks, by `X-Forwarded-For`."""
    images: Literal["off", "public", "all"] = "off"
    """In comments on which repositories pictures stand, where whoever has their link sees them."""
    workers: int = Field(default=2, ge=1, le=256)
    """Comparisons at a time."""
    compare_memory: int = Field(default=2 << 30, ge=64 << 20)
    """Bytes that one comparison may take."""
    stop_seconds: float = Field(default=25.0, ge=1, le=3600)
    """Within which a process that is told to end does so; what is not finished by then is given back."""
    keep_closed_days: Days = 30
    """So long runs and pictures of what is closed or gone are kept: a number of days, or `forever`."""
    keep_superseded_days: Days = 3
    """So long runs in whose place a newer one stands."""
    keep_deliveries_days: Days = 14
    """So long what forges delivered, after it was read."""

    @model_validator(mode="before")
    @classmethod
    def _beside_the_data(cls, values: dict[str, Any]) -> dict[str, Any]:
        folder = Path(values.get("data") or DATA).expanduser().absolute()
        usual = {"database_url": f"sqlite:///{folder / 'golddigger.db'}", "storage_url": str(folder / "blobs")}
        return {**values, "data": folder, **{name: values.get(name) or usual[name] for name in usual}}

    @property
    def github(self) -> GitHubApp | None:
        """Give the GitHub App; None where none is configured."""
        if not self.github_app_id:
            return None
        secret = self.github_webhook_secret.get_secret_value()
        return GitHubApp(
            app_id=self.github_app_id,
            private_key=self.github_private_key.get_secret_value().replace("\\n", "\n"),
            webhook_secrets=several(secret),
            api_url=self.github_api_url,
            web_url=self.github_web_url,
            host=urlsplit(self.github_web_url).netloc,
            client_id=self.github_client_id,
            client_secret=self.github_client_secret.get_secret_value(),
        )

    @property
    def gitlab_bots(self) -> tuple[GitLabBot, ...]:
        """Give the bot's accounts on GitLab servers."""
        return tuple(bot for table in self._gitlabs if (bot := table.bot) is not None)

    @property
    def gitlab_applications(self) -> tuple[GitLabApplication, ...]:
        """Give the applications by which people sign in, at most one a server, in the order of the file."""
        return tuple(own for table in self._gitlabs if (own := table.application) is not None)

    @property
    def _gitlabs(self) -> tuple[GitLabTable, ...]:
        one = GitLabTable(
            url=self.gitlab_url,
            token=self.gitlab_token,
            webhook_secret=self.gitlab_webhook_secret,
            discussions=self.gitlab_discussions,
            client_id=self.gitlab_client_id,
            client_secret=self.gitlab_client_secret,
        )
        return self.gitlab or (one,)


FLAT = [name for name in Settings.model_fields if name != "gitlab"]
"""What can be a variable of the environment; tables stand in a file."""


class _Sources(Settings, BaseSettings):
    """Tells pydantic-settings what there is to look for."""

    model_config = SettingsConfigDict()


def load(config: Path | None = None) -> Settings:
    """Read the settings; Refused, naming everything that is wrong with them at once and how to mend it.

    Makes the data folder, and in it a secret key where none is set."""
    values, problems = _layers(config)
    problems += [*_misspelt(os.environ), *_incomplete(values)]
    if "gitlab" in values:
        values["gitlab"], wrong = accounts.read(values["gitlab"])
        problems += [*wrong, *_twice(values)]
    try:
        values["secret_key"] = values.get("secret_key") or _kept_key(values)
    except Refused as refused:
        problems.append(str(refused))
        values["secret_key"] = "-" * _SHORTEST_KEY  # so that only what is wrong with the others is found
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [_sentence(str(each["loc"][0]), each["msg"]) for each in error.errors()]
    if problems:
        raise Refused("\n".join(["The settings need mending:", *(f"  - {each}" for each in problems)]))
    return settings


# ---------------------------------------------------------------------------------------------- sources


def _layers(config: Path | None) -> tuple[dict[str, Any], list[str]]:
    """Put the stronger layer over the weaker; a value may stand in a file of its own. Gives what failed too."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    with closing(Vault(os.environ)) as vault:
        for layer in (_toml(config), _environment()):
            found, wrong = _opened(layer, _shown, vault)
            values |= found
            problems += wrong
        if isinstance(values.get("gitlab"), list):
            tables = enumerate(values["gitlab"], 1)
            values["gitlab"] = [_opened_table(problems, number, table, vault) for number, table in tables]
    return values, problems


def _opened(
    layer: Mapping[str, Any], shown: Callable[[str], str], vault: Vault
) -> tuple[dict[str, Any], list[str]]:
    """Give the values themselves, of those too that stand in files or in Vault."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in layer.items():
        if f"{name}_file" in layer:
            problems.append(f"{shown(name)} is set as itself and as {shown(f'{name}_file')}: keep one.")
        try:
            values[name.removesuffix("_file")] = _content(name, value, vault)
        except Refused as refused:
            problems.append(f"{shown(name)}: {refused}")
        except (OSError, ValueError, RuntimeError):
            problems.append(f"{shown(name)} {unreadable(value)}")
    return values, problems


def _opened_table(problems: list[str], number: int, table: Any, vault: Vault) -> Any:
    if not isinstance(table, dict):
        return table
    values, wrong = _opened(table, str, vault)
    problems += [f"{accounts.place(number)}: {why}" for why in wrong]
    return values


def _toml(config: Path | None) -> dict[str, Any]:
    if config is None:
        return {}
    if not config.is_file():
        raise Refused(f"There is no settings file {config}.")
    try:
        return TomlConfigSettingsSource(_Sources, config)()
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{config} is no TOML: {error}.") from error


def _environment() -> dict[str, Any]:
    given = {name.upper(): value for name, value in os.environ.items() if value}
    known = [f"{name}{end}" for name in FLAT for end in ("", "_file")]
    return {name: given[_shown(name)] for name in known if _shown(name) in given}


def _content(name: str, value: Any, vault: Vault) -> Any:
    """Give a value itself, or what stands in the file, or in Vault, where it names one."""
    if isinstance(value, str) and value.startswith(PREFIX_OF_VAULT):
        return vault.read(value)
    if name.endswith("_file"):
        return Path(str(value)).expanduser().read_text().strip()
    if name == "github_private_key" and "-----BEGIN" not in str(value):
        return Path(value).expanduser().read_text().strip()
    return value


def _kept_key(values: Mapping[str, Any]) -> str:
    """Give the data folder's own key; make it the first time, readable for nobody else."""
    if not str(values.get("database_url") or "sqlite:").startswith("sqlite:"):
        raise Refused(
            f"{_shown('secret_key')} is not set, and all processes of one database must share one: "
            "make it with `openssl rand -hex 20`."
        )
    file = Path(values.get("data") or DATA).expanduser() / "secret_key"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_key(file)
        return file.read_text().strip()
    except OSError as error:
        raise Refused(f"{_shown('data')}: nothing can be kept in {file.parent} ({error.strerror}).") from error


def _make_key(file: Path) -> None:
    """Write whole and then name, for two processes may start at once: the first one's key counts."""
    with NamedTemporaryFile("w", dir=file.parent) as made:  # 0600
        made.write(secrets.token_urlsafe(32))
        made.flush()
        with suppress(FileExistsError):
            os.link(made.name, file)


# --------------------------------------------------------------------------------------------- problems


def _incomplete(values: Mapping[str, Any]) -> Iterator[str]:
    """Say what a GitHub App, a bot on GitLab, or a door to sign in by, lacks of which a part is set."""
    app = {
        "github_app_id": "the App ID on the app's page",
        "github_private_key": "a private key, generated on the app's page",
        "github_webhook_secret": "the secret that the app's page has too, or anybody could send us events",
    }
    if any(values.get(name) for name in app):
        yield from (
            f"{_shown(name)} is missing: {what}." for name, what in app.items() if not _given(values, name)
        )
    bot = {
        "gitlab_token": "an access token of the bot's with the scope api",
        "gitlab_webhook_secret": "make one with `openssl rand -hex 20`, or anybody could send us events",
    }
    if any(values.get(name) for name in bot):
        yield from (
            f"{_shown(name)} is missing: {what}." for name, what in bot.items() if not _given(values, name)
        )
    for forge in ("github", "gitlab"):
        id_, secret = f"{forge}_client_id", f"{forge}_client_secret"
        if bool(values.get(id_)) != bool(values.get(secret)):
            yield f"{_shown(id_)} and {_shown(secret)} work only together."


def _twice(values: Mapping[str, Any]) -> Iterator[str]:
    """Say which settings of one GitLab stand beside tables that are all there is."""
    both = [_shown(name) for name in sorted(values) if name.startswith("gitlab_") and values[name]]
    if both:
        yield f"{', '.join(both)}: leave out, where [[gitlab]] tables stand in the file, or make a table of them."


def _given(values: Mapping[str, Any], name: str) -> bool:
    return bool(str(values.get(name) or "").strip(" ,"))


def _misspelt(environment: Iterable[str]) -> Iterator[str]:
    """Say which variables look like ours and are none. Others of our prefix may be somebody else's: Kubernetes
    makes GOLDDIGGER_PORT and the like for a service of that name."""
    known = {f"{_shown(name)}{end}" for name in FLAT for end in ("", "_FILE")}
    for name in environment:
        if name.startswith(PREFIX) and name.upper() not in known:
            meant = get_close_matches(name, known, n=1, cutoff=0.9)
            if meant:
                yield f"{name} is no setting; did you mean {meant[0]}?"


def _sentence(name: str, said: str) -> str:
    if name not in Settings.model_fields:
        meant = get_close_matches(name, Settings.model_fields, n=1)
        return f"{name} is no setting" + (f"; did you mean {meant[0]}?" if meant else ".")
    plain = said.removeprefix("Value error, ").replace("Input should be", "must be").partition(", unable")[0]
    return f"{_shown(name)} {plain}."


def _shown(name: str) -> str:
    return f"{PREFIX}{name.upper()}"
