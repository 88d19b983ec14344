"""Where settings come from, and what is said when they are wrong."""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from pathlib import Path

import pytest

from app.settings import Settings, load
from diffing.words import Refused

PEM = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
KEY = "a key that nobody can guess"


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and an environment without settings."""
    for name in [name for name in os.environ if name.startswith("GOLDDIGGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Set settings in the environment."""
    for name, value in values.items():
        monkeypatch.setenv(f"GOLDDIGGER_{name.upper()}", value)


def refusal(config: Path | None = None) -> str:
    """What is said when the settings are refused."""
    with pytest.raises(Refused) as refused:
        load(config)
    return str(refused.value)


def test_nothing_needs_to_be_set(somewhere: Path) -> None:
    """Without any setting everything lies in one folder, with a key that nobody else can read."""
    settings = load()
    assert settings.database_url == f"sqlite:///{somewhere}/golddigger-data/golddigger.db"
    assert settings.storage_url == f"{somewhere}/golddigger-data/blobs"
    assert (settings.queue_url, settings.images, settings.github) == ("memory://", "off", None)
    key = somewhere / "golddigger-data" / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert settings.secret_key.get_secret_value() == key.read_text() == load().secret_key.get_secret_value()
    assert [each.name for each in key.parent.iterdir()] == ["secret_key"]


def test_the_environment_goes_before_the_file(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of the environment replaces the file's, an empty one does not, and data moves what lies in it."""
    file = somewhere / "golddigger.toml"
    file.write_text('data = "here"\nworkers = 5\nimages = "public"\ngithub_app_id = 12\n' + _app("toml"))
    put(monkeypatch, images="all", workers="", data="there", secret_key=KEY)
    settings = load(file)
    assert (settings.images, settings.workers, settings.github_app_id) == ("all", 5, "12")
    assert settings.storage_url == f"{somewhere}/there/blobs"
    assert not (somewhere / "there").exists()


def _app(secret: str) -> str:
    return f'github_private_key = """{PEM}"""\ngithub_webhook_secret = "{secret}"\n'


@pytest.mark.parametrize("way", ["whole", "escaped", "path", "file"])
def test_a_key_may_stand_in_the_environment_or_in_a_file(
    way: str, somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The app's key is taken as PEM text, with its line ends escaped, as a path, or by the name of a file."""
    (somewhere / "app.pem").write_text(f"{PEM}\n")
    given = {"whole": PEM, "escaped": PEM.replace("\n", "\\n"), "path": "app.pem"}
    if way == "file":
        put(monkeypatch, github_private_key_file="app.pem")
    else:
        put(monkeypatch, github_private_key=given[way])
    put(monkeypatch, github_app_id="12", github_webhook_secret="new , old,")
    app = load().github
    assert app is not None
    assert app.private_key == PEM
    assert app.webhook_secrets == (b"new", b"old")
    assert app.host == "github.com"


def test_an_enterprise_server_has_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is the one that people see, and addresses lose their last slash."""
    put(monkeypatch, github_app_id="1", github_private_key=PEM, github_webhook_secret="s")
    put(monkeypatch, github_api_url="https://ghe.example.org/api/v3/", github_web_url="https://ghe.example.org/")
    app = load().github
    assert app is not None
    assert (app.host, app.api_url) == ("ghe.example.org", "https://ghe.example.org/api/v3")


def test_a_gitlab_lets_people_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """gitlab.com, or one's own, which may lie below a path; half of an application is none."""
    assert load().gitlab_applications == ()
    put(monkeypatch, gitlab_client_id="i", gitlab_client_secret="s")
    (application,) = load().gitlab_applications
    assert (application.url, application.client_id, application.client_secret) == ("https://gitlab.com", "i", "s")
    put(monkeypatch, gitlab_url="https://example.org/gitlab/")
    (own,) = load().gitlab_applications
    assert own.url == "https://example.org/gitlab"
    put(monkeypatch, gitlab_client_secret="")
    assert "GOLDDIGGER_GITLAB_CLIENT_ID and GOLDDIGGER_GITLAB_CLIENT_SECRET work only together" in refusal()


def test_public_pages_are_open_unless_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a switch is written."""
    assert load().public_pages
    for word in ("off", "false", "0", "no"):
        put(monkeypatch, public_pages=word)
        assert not load().public_pages


@pytest.mark.parametrize("wrong", ["*", "proxy.local", "10.0.0.0/99", "10.0.0.1/8"])
def test_a_proxy_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Whoever trusts all of them trusts everybody to say who asks."""
    put(monkeypatch, trusted_proxies="10.0.0.0/8, ::1,")
    assert load().trusted_proxies == "10.0.0.0/8, ::1,"
    put(monkeypatch, trusted_proxies=f"::1,{wrong}")
    assert f"GOLDDIGGER_TRUSTED_PROXIES names '{wrong}'" in refusal()


def test_everything_wrong_is_named_at_once(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One start is enough to learn all that is wrong, each by its name and with what to do."""
    file = somewhere / "golddigger.toml"
    file.write_text('imagse = "off"\n')
    put(monkeypatch, github_app_id="12", github_webhook_secret=" , ", github_client_id="x")
    put(monkeypatch, public_url="golddigger", workers="many", images="some", secret_key="short", githb_app_id="1")
    put(monkeypatch, database_url_file="nowhere", queue_url="memory://", queue_url_file="nowhere either")
    said = refusal(file)
    for each in (
        "GOLDDIGGER_GITHB_APP_ID is no setting; did you mean GOLDDIGGER_GITHUB_APP_ID?",
        "imagse is no setting; did you mean images?",
        "GOLDDIGGER_GITHUB_PRIVATE_KEY is missing",
        "GOLDDIGGER_GITHUB_WEBHOOK_SECRET is missing",
        "GOLDDIGGER_GITHUB_CLIENT_ID and GOLDDIGGER_GITHUB_CLIENT_SECRET work only together",
        "GOLDDIGGER_PUBLIC_URL is no address such as https://",
        "GOLDDIGGER_WORKERS must be a valid integer.",
        "GOLDDIGGER_IMAGES must be 'off', 'public' or 'all'.",
        "GOLDDIGGER_SECRET_KEY must have at least 16 characters",
        "GOLDDIGGER_DATABASE_URL_FILE names no file that is there",
        "GOLDDIGGER_QUEUE_URL is set as itself and as GOLDDIGGER_QUEUE_URL_FILE: keep one.",
    ):
        assert each in said
    assert "short" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("github_private_key", b64encode(f"hunter2 {PEM}".encode() * 30).decode()),
        ("github_private_key", "hunter2"),
        ("gitlab_token_file", "glpat-hunter2"),
        ("gitlab_token_file", "~hunter2"),
    ],
)
def test_a_secret_in_place_of_a_files_name_is_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes the secret itself where a file is named learns which setting it is; no log the value."""
    put(monkeypatch, **{name: value})
    said = refusal()
    assert f"GOLDDIGGER_{name.upper()} names no file that is there" in said
    assert value not in said
    assert "hunter2" not in said


def test_a_file_that_is_there_and_cannot_be_read_is_named(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in place of a file is told by its name."""
    put(monkeypatch, gitlab_token_file=str(somewhere))
    assert f"GOLDDIGGER_GITLAB_TOKEN_FILE names {somewhere}, which is no file that can be read." in refusal()


def test_a_name_with_a_nul_is_no_file(somewhere: Path) -> None:
    """A file of settings may hold what no file can be called."""
    file = somewhere / "golddigger.toml"
    file.write_text('gitlab_token_file = "hunter2\\u0000"\n')
    assert "GOLDDIGGER_GITLAB_TOKEN_FILE names no file that is there" in refusal(file)


@pytest.mark.parametrize("host", ["gitlab.example.org", "gitlab\u2100.example.org"])
@pytest.mark.parametrize("name", ["gitlab_url", "github_api_url", "public_url"])
def test_an_address_with_a_password_is_refused(name: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would stand in links, in errors, and in what is committed."""
    put(monkeypatch, **{name: f"https://oauth2:hunter2@{host}"})
    said = refusal()
    assert f"GOLDDIGGER_{name.upper()} " in said
    assert "hunter2" not in said


def test_the_addresses_of_what_is_kept_never_print() -> None:
    """Each may hold a password, the storage's too until it was refused."""
    kept = dict.fromkeys(("database_url", "storage_url", "queue_url"), f"s3://{KEY}@x")
    assert KEY not in repr(Settings.model_validate({"secret_key": KEY, **kept}))


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes makes variables of our prefix for a service of our name; they are no mistakes."""
    put(monkeypatch, port="tcp://10.0.0.1:80", service_host="10.0.0.1", port_80_tcp="tcp://10.0.0.1:80")
    load()


def test_several_processes_must_share_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is not in the data folder, a key that only this machine has would break links."""
    put(monkeypatch, database_url="postgresql://user:hunter2@db/golddigger")
    said = refusal()
    assert "GOLDDIGGER_SECRET_KEY is not set" in said
    assert "hunter2" not in said


def test_a_folder_that_cannot_be_made_is_named(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the data folder cannot be, its name is said, and the reason."""
    (somewhere / "file").write_text("")
    put(monkeypatch, data="file/data")
    assert "GOLDDIGGER_DATA: nothing can be kept in file/data" in refusal()


@pytest.mark.parametrize(("text", "said"), [("a = ", "is no TOML"), (None, "There is no settings file")])
def test_a_file_that_cannot_be_used_is_named(text: str | None, said: str, somewhere: Path) -> None:
    """A settings file that is missing or broken is refused, not passed over."""
    file = somewhere / "golddigger.toml"
    if text is not None:
        file.write_text(text)
    assert said in refusal(file)


def test_secrets_never_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor the app shows a secret when it is printed."""
    put(monkeypatch, github_app_id="12", github_private_key=PEM, github_webhook_secret="hush", secret_key=KEY)
    put(monkeypatch, database_url="postgresql://user:hunter2@db/golddigger", github_client_secret="mum")
    put(monkeypatch, github_client_id="client", gitlab_client_id="application", gitlab_client_secret="whist")
    settings = load()
    printed = f"{settings!r} {settings} {settings.github!r} {settings.github} {settings.gitlab_applications!r}"
    assert "client" in printed
    for secret in (PEM, "hush", KEY, "hunter2", "'mum'", "whist"):
        assert secret not in printed


def test_settings_made_by_hand_do_not_look_around(monkeypatch: pytest.MonkeyPatch, somewhere: Path) -> None:
    """A demo on a server's machine does not write into the server's database."""
    put(monkeypatch, database_url="sqlite:////srv/real.db", github_app_id="12")
    settings = Settings(data=somewhere / "demo", secret_key=KEY)
    assert settings.database_url == f"sqlite:///{somewhere}/demo/golddigger.db"
    assert settings.github is None


def test_a_bot_on_gitlab_needs_its_token_and_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each without the other is refused, with how to come by it; several secrets are valid at once."""
    assert load().gitlab_bots == ()
    put(monkeypatch, gitlab_token="glpat-x")
    assert "GOLDDIGGER_GITLAB_WEBHOOK_SECRET is missing: make one with `openssl" in refusal()
    put(monkeypatch, gitlab_token="", gitlab_webhook_secret="first, new")
    assert "GOLDDIGGER_GITLAB_TOKEN is missing" in refusal()
    put(monkeypatch, gitlab_token="glpat-x", gitlab_url="https://git.example.org:8443/gitlab/")
    (bot,) = load().gitlab_bots
    assert (bot.host, bot.url) == ("git.example.org:8443", "https://git.example.org:8443/gitlab")
    assert (bot.token, bot.webhook_secrets) == ("glpat-x", (b"first", b"new"))
    assert not any(secret in f"{load()!r} {bot!r}" for secret in ("glpat-x", "first"))
