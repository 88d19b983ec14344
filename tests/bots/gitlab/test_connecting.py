"""What `golddigger gitlab connect` makes on GitLab, and what it says of the bot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bots.gitlab import connecting
from bots.gitlab import scopes as secrets
from bots.gitlab.client import Client
from bots.gitlab.needs import EVENTS
from bots.gitlab.people import People
from diffing.words import Refused
from tests.bots.gitlab.conftest import HOST
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

URL = "https://golddigger.example.org/webhooks/gitlab"
KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def client(gitlab: GitLabDouble, token: str | None = None) -> Client:
    """Ask as somebody."""
    return connecting.client_of(gitlab.url, token or gitlab.token, gitlab.world.clock)


def maintainer(gitlab: GitLabDouble, repo: world.Repo) -> Client:
    """Ask as a Maintainer of a project."""
    repo.role("maria", "maintainer")
    return client(gitlab, gitlab.personal_token("maria").text)


def connect(asked: Client, where: str, secret: str = "hush") -> list[connecting.Sentence]:
    """Make or mend a webhook."""
    return list(connecting.connect(asked, where, url=URL, secret=secret))


def own(secret: str, kind: str, number: int) -> str:
    """Give the secret that a webhook must have, made of the configured one."""
    made = secrets.secret(secret, secrets.Scope(kind, number))
    assert secret not in made
    return made


def own_hooks(repo: world.Repo) -> list[world.Hook]:
    """Give the hooks that lead to us, without those that the double has from the start."""
    return [hook for hook in repo.hooks.values() if hook.url == URL]


@pytest.mark.parametrize("by", ["path", "id"])
def test_a_projects_webhook_is_made(gitlab: GitLabDouble, repo: world.Repo, by: str) -> None:
    """With the six events and a secret of its own; by the project's path, groups within groups, or by its id."""
    where = repo.path if by == "path" else str(repo.id)
    [said] = connect(maintainer(gitlab, repo), where)
    [hook] = own_hooks(repo)
    assert {name for name, on in hook.events.items() if on} >= set(EVENTS)
    assert (hook.token, said.mend) == (own("hush", "project", repo.id), "")
    assert "acme/apps/shop" in said.said
    assert "hush" not in hook.token


def test_a_webhook_that_is_there_is_mended(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """Never doubled: events that are missing are switched on, and the secret is the newest."""
    for secret in ("old", "new"):
        connect(maintainer(gitlab, repo), repo.path, secret)
        own_hooks(repo)[0].events["emoji_events"] = False
    [said] = connect(maintainer(gitlab, repo), f"/{repo.path}/", "newest")
    [hook] = own_hooks(repo)
    assert (hook.token, hook.events["emoji_events"]) == (own("newest", "project", repo.id), True)
    assert "as they must be" in said.said


def test_a_webhook_with_everybodys_secret_gets_one_of_its_own(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """As those have that were made by hand, or before there were such secrets. It is told, once."""
    asked = maintainer(gitlab, repo)
    gitlab.world.lock.acquire()
    made = gitlab.world.new_hook(URL, "hush", ("note",))
    made.description = ""
    repo.hooks[made.id] = made
    gitlab.world.lock.release()
    _, renewed = connect(asked, repo.path)
    assert "of every project" in renewed.said
    assert made.token == own("hush", "project", repo.id)
    assert len(connect(asked, repo.path)) == 1


def test_a_template_for_what_a_webhook_sends_is_taken_away(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """With it, a Maintainer writes what is delivered; nothing of ours needs one."""
    asked = maintainer(gitlab, repo)
    connect(asked, repo.path)
    [hook] = own_hooks(repo)
    hook.template = '{"object_kind": "note"}'
    _, said = connect(asked, repo.path)
    assert "template" in said.said
    assert (hook.template, said.mend) == ("", "")


def test_a_signing_token_is_set_as_such(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """GitLab signs with it then, and sends it to nobody: a header says of which webhook it is."""
    connect(maintainer(gitlab, repo), repo.path, KEY)
    [hook] = own_hooks(repo)
    assert (hook.signing_token, hook.token) == (own(KEY, "project", repo.id), "")
    assert hook.signing_token.startswith("whsec_")
    assert hook.headers == {"X-Golddigger-Hook": f"project-{repo.id}"}


def test_a_server_that_does_not_sign_is_told(
    gitlab: GitLabDouble, repo: world.Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a signing token, keeps none, and says so only in its answer."""
    monkeypatch.setattr(world.Hook, "signing_token", property(lambda _: "", lambda _, __: None), raising=False)
    _, said = connect(maintainer(gitlab, repo), repo.path, KEY)
    assert "does not sign" in said.said
    assert "openssl rand" in said.mend


def test_a_groups_webhook_is_made(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """By an Owner of it; all its projects are told of then."""
    group = gitlab.group("acme/apps")
    group.role("maria", "owner")
    owner = client(gitlab, gitlab.personal_token("maria").text)
    connect(owner, "acme/apps")
    assert [hook.token for hook in gitlab.world.group_hooks["acme/apps"].values()] == [
        own("hush", "group", group.id)
    ]
    assert [hook.url for hook in gitlab.world.group_hooks["acme/apps"].values()] == [URL]
    group.role("maria", "developer")
    with pytest.raises(Refused, match="takes an Owner"):
        connect(owner, "acme/apps")


def test_who_may_make_none_is_told(gitlab: GitLabDouble, repo: world.Repo) -> None:
    """The bot is a Developer, as it should be: somebody else makes the webhook."""
    with pytest.raises(Refused, match="takes a Maintainer"):
        connect(client(gitlab), repo.path)
    assert own_hooks(repo) == []


@pytest.mark.parametrize("where", ["acme/nothing", "", "..", "/"])
def test_what_is_not_there_is_told(gitlab: GitLabDouble, where: str) -> None:
    """Neither a project nor a group; or one that the token's owner does not see."""
    with pytest.raises(Refused, match=r"no project or group|is no name"):
        connect(client(gitlab), where)


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
