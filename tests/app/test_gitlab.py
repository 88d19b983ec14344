"""A GitLab is served where its bot is configured, beside GitHub and beside its own door."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from app import forges, main
from app.cli import root
from app.doctor import examine
from app.settings import Settings, load
from bots.events import HeadMoved
from diffing.words import Refused
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

KEY = "a key that nobody can guess"


def settings(folder: Path, gitlab: GitLabDouble) -> Settings:
    """Configure the double's bot and a door."""
    return Settings(
        data=folder,
        secret_key=KEY,
        gitlab_url=gitlab.url,
        gitlab_token=gitlab.token,
        gitlab_webhook_secret=f"another one, {gitlab.webhook_secret}",
        gitlab_client_id="i",
        gitlab_client_secret="s",
    )


def test_a_configured_bot_hears_and_speaks(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """What GitLab delivers to /webhooks/gitlab is verified, and the forge of that host is asked about it."""
    found = forges.configured(settings(tmp_path, gitlab), main.now)
    [host] = found.forges
    assert (set(found.webhooks), set(found.hooks), set(found.identities)) == ({host}, {"gitlab"}, {"gitlab"})
    pull = gitlab.repo("acme/app").pull(files={"a": b"1"})
    [told] = [each for each in gitlab.opened(pull) if each.event == "merge_request"]
    hook = found.hooks["gitlab"]
    event = hook.read(hook.verify(told.headers, told.body))
    assert isinstance(event, HeadMoved)
    assert found.forges[host].change(event.repo, event.number).head == pull.head


def test_a_door_alone_is_no_bot(tmp_path: Path) -> None:
    """Where only the application is configured, nothing is heard."""
    door = Settings(data=tmp_path, secret_key=KEY, gitlab_client_id="i", gitlab_client_secret="s")
    found = forges.configured(door, main.now)
    assert (dict(found.forges), dict(found.hooks), set(found.identities)) == ({}, {}, {"gitlab"})


def connected(folder: Path, gitlab: GitLabDouble, *arguments: str, secret: str = "hush") -> Result:
    """Run `golddigger gitlab connect` on a machine that is configured for the double."""
    told = {
        "GOLDDIGGER_DATA": str(folder),
        "GOLDDIGGER_PUBLIC_URL": "https://golddigger.example.org",
        "GOLDDIGGER_GITLAB_URL": gitlab.url,
        "GOLDDIGGER_GITLAB_TOKEN": gitlab.token,
        "GOLDDIGGER_GITLAB_WEBHOOK_SECRET": secret,
    }
    return CliRunner().invoke(root.main, ["gitlab", "connect", *arguments], env=told)


def test_a_project_is_connected_by_one_command(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """A Maintainer's token makes the webhook; what the bot can do is said, and all is well."""
    repo = gitlab.repo("acme/app")
    repo.role("maria", "maintainer")
    said = connected(tmp_path, gitlab, "acme/app", "--token", gitlab.personal_token("maria").text)
    assert said.exit_code == 0, said.output
    (token,) = [hook.token for hook in repo.hooks.values() if hook.url and "golddigger" in hook.url]
    assert token.startswith(f"golddigger-project-{repo.id}-")
    assert "@golddigger is Developer in acme/app" in said.output
    assert "hush" not in f"{said.output} {token}"
    assert token not in said.output


def test_what_cannot_be_connected_is_told_without_a_traceback(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """The bot's own token may not make webhooks."""
    gitlab.repo("acme/app")
    said = connected(tmp_path, gitlab, "acme/app")
    assert said.exit_code == 1
    assert "it takes a Maintainer" in said.output
    assert "Traceback" not in said.output


def test_something_that_needs_mending_ends_with_1(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """With how to mend it."""
    repo = gitlab.repo("acme/app")
    repo.role("maria", "maintainer")
    repo.role(gitlab.bot.username, "reporter")
    said = connected(tmp_path, gitlab, "acme/app", "--token", gitlab.personal_token("maria").text)
    assert said.exit_code == 1
    assert "→ Give @golddigger the role Developer there" in said.output


def test_a_token_that_is_not_taken_is_told_by_its_name(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """Two are used: whoever mistyped their own is not sent to the bot's, nor the other way round."""
    gitlab.repo("acme/app")
    own = connected(tmp_path, gitlab, "acme/app", "--token", "glpat-mistyped")
    assert own.exit_code == 1
    assert "It is your own: --token, or GITLAB_TOKEN." in own.output
    gitlab.world.tokens.clear()
    bots = connected(tmp_path, gitlab, "acme/app", "--token", "glpat-mistyped")
    assert bots.exit_code == 1
    assert "It is the bot's: GOLDDIGGER_GITLAB_TOKEN." in bots.output
    assert "mistyped" not in own.output + bots.output


def test_without_a_bot_nothing_is_connected(tmp_path: Path) -> None:
    """It is said what to set."""
    with pytest.raises(Refused, match="GOLDDIGGER_GITLAB_TOKEN"):
        list(main.connect_gitlab(Settings(data=tmp_path, secret_key=KEY), "acme/app", ""))


def test_the_doctor_looks_at_the_bot(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """Whose token it is; and of one that is revoked, what to check."""
    good = settings(tmp_path, gitlab)
    found = {check.name: check for check in examine(good, queue=str, now=main.now)}
    assert "GitHub" not in found
    assert found["GitLab"].ok
    assert "@golddigger" in found["GitLab"].sentence
    assert found["address"].sentence.startswith("GitLab delivers to http://127.0.0.1:8000/webhooks/gitlab")
    revoked = good.model_copy(update={"gitlab_token": SecretStr("glpat-revoked")})
    found = {check.name: check for check in examine(revoked, queue=str, now=main.now)}
    assert not found["GitLab"].ok
    assert "GOLDDIGGER_GITLAB_TOKEN" in found["GitLab"].mend
    assert "glpat-revoked" not in found["GitLab"].sentence


def test_the_doctor_hears_of_a_gitlab_that_is_away(gitlab: GitLabDouble, tmp_path: Path) -> None:
    """With the setting that names it."""
    away = settings(tmp_path, gitlab).model_copy(update={"gitlab_url": "http://127.0.0.1:9"})
    found = {check.name: check for check in examine(away, queue=str, now=main.now)}
    assert not found["GitLab"].ok
    assert "GOLDDIGGER_GITLAB_URL" in found["GitLab"].mend


TABLES = """
data = "{folder}"
secret_key = "{key}"
public_url = "https://golddigger.example.org"

[[gitlab]]
url = "{here}"
groups = ["acme"]
token = "{token}"
webhook_secret = "hush"

[[gitlab]]
url = "http://127.0.0.1:9"
token = "glpat-of-another-server"
webhook_secret = "whist"
"""


@pytest.fixture
def several(gitlab: GitLabDouble, tmp_path: Path) -> Path:
    """Give a settings' file that names the double, for one group, and a server that is away."""
    file = tmp_path / "golddigger.toml"
    file.write_text(TABLES.format(folder=tmp_path, key=KEY, here=gitlab.url, token=gitlab.token))
    return file


def test_a_project_is_connected_to_the_server_that_is_meant(gitlab: GitLabDouble, several: Path) -> None:
    """By its whole address or by --server; by its path alone it is asked which, and no token is sent anywhere."""
    repo = gitlab.repo("acme/app")
    repo.role("maria", "maintainer")
    own = ["--token", gitlab.personal_token("maria").text, "--config", str(several)]
    host = gitlab.url.partition("://")[2]
    before = len(gitlab.asked)
    unsure = CliRunner().invoke(root.main, ["gitlab", "connect", "acme/app", *own])
    assert unsure.exit_code == 1
    assert f"--server: {host}, acme; 127.0.0.1:9." in " ".join(unsure.output.split())
    assert len(gitlab.asked) == before
    for where in (["acme/app", "--server", host], [f"{gitlab.url}/acme/app/-/merge_requests"]):
        said = CliRunner().invoke(root.main, ["gitlab", "connect", *where, *own])
        assert said.exit_code == 0, said.output
        assert "@golddigger is Developer in acme/app" in said.output


def test_the_doctor_looks_at_each_account(gitlab: GitLabDouble, several: Path) -> None:
    """Which is which stands before each; of the one that is away, what to check."""
    found = list(examine(load(several), queue=str, now=main.now))
    of_gitlab = [check for check in found if check.name == "GitLab"]
    host = gitlab.url.partition("://")[2]
    assert [check.ok for check in of_gitlab] == [True, False]
    assert of_gitlab[0].sentence.startswith(f"{host}, acme: It knows the bot as @golddigger")
    assert of_gitlab[1].sentence.startswith("127.0.0.1:9: GitLab at http://127.0.0.1:9 does not answer")
    assert of_gitlab[1].mend == "Check the token of its [[gitlab]] table, its url there, and the way there."
