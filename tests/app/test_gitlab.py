"""A GitLab is served where its bot is configured, beside GitHub and beside its own door."""

from __future__ import annotations

from pathlib import Path

from app import main
from app.settings import Settings
from bots.events import HeadMoved
from tests.forges.gitlab.double import GitLabDouble

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
    found = main.configured(settings(tmp_path, gitlab))
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
    found = main.configured(door)
    assert (dict(found.forges), dict(found.hooks), set(found.identities)) == ({}, {}, {"gitlab"})
