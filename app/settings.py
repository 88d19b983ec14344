"""Read the settings once, whole: the environment over a TOML file over what is usual."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from diffing.words import Refused

PREFIX = "GOLDDIGGER_"
DATA = Path("golddigger-data")
_SHORTEST_KEY = 16


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is no address such as https://golddigger.example.org")
    return value.rstrip("/")


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


Key = Annotated[SecretStr, AfterValidator(_key)]
Address = Annotated[str, AfterValidator(_address)]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabBot:
    """The account that the bot is on a GitLab. Its secrets never print."""

    url: str
    host: str
    token: str = field(repr=False)
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
    """Any of them verifies: the old one and the new one, while it is being changed."""
    discussions: int


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
    public_url: Address = "http://127.0.0.1:8000"
    """Where browsers and forges reach this."""
    secret_key: Key
    """Signs sessions and links. Who changes it makes every link that was given out useless."""
    data: Path = DATA
    database_url: str = Field(default="", repr=False)
    storage_url: str = ""
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
            webhook_secrets=_several(secret),
            api_url=self.github_api_url,
            web_url=self.github_web_url,
            host=urlsplit(self.github_web_url).netloc,
            client_id=self.github_client_id,
            client_secret=self.github_client_secret.get_secret_value(),
        )

    @property
    def gitlab(self) -> GitLabApplication | None:
        """Give the application of a GitLab; None where none is configured."""
        secret = self.gitlab_client_secret.get_secret_value()
        if not self.gitlab_client_id or not secret:
            return None
        return GitLabApplication(url=self.gitlab_url, client_id=self.gitlab_client_id, client_secret=secret)

    @property
    def gitlab_bot(self) -> GitLabBot | None:
        """Give the bot's account on a GitLab; None where none is configured."""
        token = self.gitlab_token.get_secret_value().strip()
        if not token:
            return None
        return GitLabBot(
            url=self.gitlab_url,
            host=urlsplit(self.gitlab_url).netloc,
            token=token,
            webhook_secrets=_several(self.gitlab_webhook_secret.get_secret_value()),
            discussions=self.gitlab_discussions,
        )


class _Sources(Settings, BaseSettings):
    """Tells pydantic-settings what there is to look for."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)


def load(config: Path | None = None) -> Settings:
    """Read the settings; Refused, naming everything that is wrong with them at once and how to mend it.

    Makes the data folder, and in it a secret key where none is set."""
    values, problems = _layers(config)
    problems += [*_misspelt(os.environ), *_incomplete(values)]
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
    for layer in (_toml(config), _environment()):
        for name, value in layer.items():
            if f"{name}_file" in layer:
                problems.append(f"{_shown(name)} is set as itself and as {_shown(name)}_FILE: keep one.")
            try:
                values[name.removesuffix("_file")] = _content(name, value)
            except (OSError, UnicodeDecodeError):
                problems.append(f"{_shown(name)} names {value}, which is no file that can be read.")
    return values, problems


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
    files = {f"{name}_file": os.environ.get(f"{_shown(name)}_FILE") for name in Settings.model_fields}
    return {**EnvSettingsSource(_Sources)(), **{name: path for name, path in files.items() if path}}


def _content(name: str, value: Any) -> Any:
    """Give a value itself, or what stands in the file that it names."""
    if name.endswith("_file"):
        return Path(value).expanduser().read_text().strip()
    if name == "github_private_key" and "-----BEGIN" not in str(value):
        return Path(value).expanduser().read_text().strip()
    return value


def _kept_key(values: Mapping[str, Any]) -> str:
    """Give the data folder's own key; make it the first time, readable for nobody else."""
    if not str(values.get("database_url") or "sqlite:").startswith("sqlite:"):
        raise Refused(f"{_shown('secret_key')} is not set, and all processes of one database must share one.")
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


def _several(secrets: str) -> tuple[bytes, ...]:
    """Read secrets with commas between them."""
    return tuple(each.strip().encode() for each in secrets.split(",") if each.strip())


def _given(values: Mapping[str, Any], name: str) -> bool:
    return bool(str(values.get(name) or "").strip(" ,"))


def _misspelt(environment: Iterable[str]) -> Iterator[str]:
    """Say which variables look like ours and are none. Others of our prefix may be somebody else's: Kubernetes
    makes GOLDDIGGER_PORT and the like for a service of that name."""
    known = {f"{_shown(name)}{end}" for name in Settings.model_fields for end in ("", "_FILE")}
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
