"""What `golddigger gitlab connect` makes on GitLab, and what it says of the bot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bots.gitlab import connecting
from bots.gitlab.client import Client
from bots.gitlab.needs import EVENTS
from bots.gitlab.people import People
from diffing.words import Refused
from tests.bots.gitlab.conftest import HOST
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

URL = "https://golddigger.example.org/webhooks/gitlab"


def client(gitlab: GitLabDouble, token: str | None = None) -> Client:
    """Ask as somebody."""
    return connecting.client_of(gitlab.url, token or gitlab.token, gitlab.world.clock)


def maintainer(gitlab: GitLabDouble, repo: world.Repo) -> Client:
    """Ask as a Maintainer of a project."""
    repo.role("maria", "maintainer")
    return client(gitlab, gitlab.personal_token("maria").text)


def own_hooks(repo: world.Repo) -> list[world.Hook]:
    """Give the hooks that lead to us, without those that the double has from the start."""
    return [hook for hook in repo.hooks.values() if hook.url == URL]


@pytest.mark.parametrize("by", ["path", "id"])
def test_a_projects_webhook_is_made(gitlab: GitLabDouble, repo: world.Repo, by: str) -> None:
    """With the six events and the secret; by the project's path, groups within groups, or by its id."""
    where = repo.path if by == "path" else str(repo.id)
    said = connecting.connect(maintainer(gitlab, repo), where, url=URL, secret="hush")
    [hook] = own_hooks(repo)
    assert {name for name, on in hook.events.items() if on} >= set(EVENTS)
    assert (hook.token, said.mend) == ("hush", "")
    assert "acme/apps/shop" in said.said


def test_a_webhook_that_is_there_is_mended(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """Never doubled: events that are missing are switched on, and the secret is the newest."""
    for secret in ("old", "new"):
        connecting.connect(maintainer(gitlab, repo), repo.path, url=URL, secret=secret)
        own_hooks(repo)[0].events["emoji_events"] = False
    connecting.connect(maintainer(gitlab, repo), f"/{repo.path}/", url=URL, secret="newest")
    [hook] = own_hooks(repo)
    assert (hook.token, hook.events["emoji_events"]) == ("newest", True)


def test_a_signing_token_is_set_as_such(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """GitLab signs with it then, and sends it to nobody."""
    key = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    connecting.connect(maintainer(gitlab, repo), repo.path, url=URL, secret=key)
    [hook] = own_hooks(repo)
    assert (hook.signing_token, hook.token) == (key, "")


def test_a_groups_webhook_is_made(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """By an Owner of it; all its projects are told of then."""
    group = gitlab.group("acme/apps")
    group.role("maria", "owner")
    owner = client(gitlab, gitlab.personal_token("maria").text)
    connecting.connect(owner, "acme/apps", url=URL, secret="hush")
    assert [hook.url for hook in gitlab.world.group_hooks["acme/apps"].values()] == [URL]
    group.role("maria", "developer")
    with pytest.raises(Refused, match="takes an Owner"):
        connecting.connect(owner, "acme/apps", url=URL, secret="hush")


def test_who_may_make_none_is_told(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """The bot is a Developer, as it should be: somebody else makes the webhook."""
    with pytest.raises(Refused, match="takes a Maintainer"):
        connecting.connect(client(gitlab), repo.path, url=URL, secret="hush")
    assert own_hooks(repo) == []


@pytest.mark.parametrize("where", ["acme/nothing", "", "..", "/"])
def test_what_is_not_there_is_told(gitlab: GitLabDouble, where: str) -> None:
    """Neither a project nor a group; or one that the token's owner does not see."""
    with pytest.raises(Refused, match=r"no project or group|is no name"):
        connecting.connect(client(gitlab), where, url=URL, secret="hush")


def _said(gitlab: GitLabDouble, where: str) -> list[connecting.Sentence]:
    asked = client(gitlab)
    return list(connecting.abilities(asked, People(asked, HOST), where))


def test_what_the_bot_can_do_is_told(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """And to which branches it cannot commit, which is no fault."""
    can, cannot = _said(gitlab, repo.path)
    assert "@golddigger is Developer in acme/apps/shop" in can.said
    assert "the protected branches main" in cannot.said
    assert not can.mend
    assert not cannot.mend


def test_what_the_bot_cannot_do_is_told_with_how_to_mend_it(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """A role that is too low, and no membership at all."""
    repo.role(gitlab.bot.username, "reporter")
    [low] = _said(gitlab, repo.path)
    assert "cannot commit" in low.said
    assert "Developer" in low.mend
    gitlab.uninstall(repo)
    [none] = _said(gitlab, repo.path)
    assert "does not see" in none.said
    assert "Add @golddigger" in none.mend


def test_a_good_token_is_told_with_its_end(gitlab: GitLabDouble) -> None:
    """Until when, or that it has none."""
    asked = client(gitlab)
    [said] = connecting.token(asked, People(asked, HOST), gitlab.world.today())
    assert said.said == "It knows the bot as @golddigger, whose token is good for ever."


def test_a_token_that_ends_soon_or_can_too_little_is_told(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """Before it is too late, with what to set."""
    soon: date = gitlab.world.today() + timedelta(days=3)
    for token, why in (
        (gitlab.personal_token("rosa", until=soon), "expires on"),
        (gitlab.personal_token("rosa", "read_api", "read_user"), "`api` is needed"),
    ):
        asked = client(gitlab, token.text)
        [said] = connecting.token(asked, People(asked, HOST), gitlab.world.today())
        assert why in said.said
        assert "GOLDDIGGER_GITLAB_TOKEN" in said.mend


def test_a_projects_own_token_will_do(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """Its bot is a member of that project alone."""
    asked = client(gitlab, gitlab.project_token(repo).text)
    people = People(asked, HOST)
    assert not any(each.mend for each in connecting.abilities(asked, people, repo.path))
    assert not any(each.mend for each in connecting.token(asked, people, gitlab.world.today()))
