"""Who may approve and who may see, as GitLab says at that moment. Whatever is no clear yes is a no."""

from __future__ import annotations

import pytest

from bots.forge import ApproveRule, Permission, User
from bots.gitlab.forge import GitLab
from diffing.words import Unavailable
from tests.bots.gitlab.conftest import change_of, described, forge_of
from tests.forges.gitlab import world
from tests.forges.gitlab.double import GitLabDouble

pytestmark = pytest.mark.slow

ROLES = {"none": 0, "guest": 10, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
NEEDED = {"triage": 20, "write": 30, "maintain": 40, "admin": 50}


def ask(forge: GitLab, pull: world.Pull, who: str | User, **rule: object) -> Permission:
    """Ask whether somebody may approve, by a rule."""
    user = User(who) if isinstance(who, str) else who
    return forge.may_approve(change_of(forge, pull), user, ApproveRule(**rule))  # type: ignore[arg-type]


@pytest.mark.parametrize("needed", NEEDED)
def test_the_role_or_a_higher_one_is_enough(forge: GitLab, repo: world.Repo, needed: str) -> None:
    """The words of the configuration stand for GitLab's roles: write is Developer."""
    pull = repo.pull(files={"a": b"1"})
    for role, level in ROLES.items():
        repo.role("maria", role)
        answer = ask(forge, pull, "maria", permission=needed)
        assert answer.granted == (level >= NEEDED[needed]), (role, answer.why)


def test_the_reason_names_gitlabs_roles(forge: GitLab, repo: world.Repo) -> None:
    """For the reply and the audit trail, both ways."""
    pull = repo.pull(files={"a": b"1"})
    repo.role("maria", "developer")
    repo.role("nina", "reporter")
    assert ask(forge, pull, "maria").why == "maria is Developer, and Developer is asked for"
    assert ask(forge, pull, "nina").why == "nina is Reporter, and Developer is needed"


def test_a_groups_role_counts_in_its_projects(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Of the group, and of the one in which that lies."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.account("maria")
    gitlab.group("acme").role("maria", "maintainer")
    assert ask(forge, pull, "maria", permission="maintain").granted


def test_a_word_that_is_no_permission_lets_only_owners(forge: GitLab, repo: world.Repo) -> None:
    """Fails closed."""
    pull = repo.pull(files={"a": b"1"})
    repo.role("maria", "maintainer")
    assert not ask(forge, pull, "maria", permission="anybody").granted


def test_somebody_unknown_may_not(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """Neither whom GitLab does not know, nor whom it blocked."""
    pull = repo.pull(files={"a": b"1"})
    assert "no active account" in ask(forge, pull, "nobody-there").why
    repo.role("maria", "owner")
    gitlab.account("maria").state = "blocked"
    assert not ask(forge, pull, "maria").granted


@pytest.mark.parametrize("who", [User("maria", bot=True), User("project_15_bot_a1"), User("ghost")])
def test_a_bot_may_not(forge: GitLab, repo: world.Repo, who: User) -> None:
    """Only people approve, whatever a bot's role."""
    pull = repo.pull(files={"a": b"1"})
    repo.role(who.name, "owner")
    assert not ask(forge, pull, who, users=(who.name,)).granted


def test_our_own_account_may_not(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """GitLab's API knows which accounts are bots, whatever they are called."""
    repo.role(gitlab.bot.username, "owner")
    assert not ask(forge, repo.pull(files={"a": b"1"}), gitlab.bot.username).granted


def test_approving_ones_own_is_a_matter_of_the_rule(forge: GitLab, repo: world.Repo) -> None:
    """Allowed by default, forbidden where the team says so, however the name is written."""
    pull = repo.pull(files={"a": b"1"}, author="maria")
    repo.role("maria", "developer")
    assert ask(forge, pull, "Maria").granted
    assert not ask(forge, pull, "Maria", self_approval=False).granted


def test_somebody_named_may_without_a_role(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """By the base branch's configuration; they need an account still."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.account("maria")
    assert ask(forge, pull, "maria", users=("@Maria",)).granted
    assert not ask(forge, pull, "gone", users=("gone",)).granted


@pytest.mark.parametrize("group", ["acme/designers", "@acme/designers"])
def test_a_groups_member_may(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, group: str) -> None:
    """A group within a group, by its whole path; the bot must be in it too, where it is private."""
    pull = repo.pull(files={"a": b"1"})
    for name in ("maria", "nina"):
        gitlab.account(name)
    gitlab.group("acme/designers").role("maria", "guest")
    assert "does not see" in ask(forge, pull, "maria", teams=(group,)).why
    gitlab.group("acme/designers").role(gitlab.bot.username, "guest")
    assert ask(forge, pull, "maria", teams=(group,)).why == "maria is in the group acme/designers"
    assert not ask(forge, pull, "nina", teams=(group,)).granted


@pytest.mark.parametrize("group", ["no/such-group", "../../user", "..", "", "a?b#c"])
def test_a_groups_name_cannot_lead_elsewhere(
    gitlab: GitLabDouble, forge: GitLab, repo: world.Repo, group: str
) -> None:
    """It stays one segment of the path, or is refused: a no, with the reason."""
    pull = repo.pull(files={"a": b"1"})
    gitlab.account("nina")
    assert not ask(forge, pull, "nina", teams=(group,)).granted


def test_what_only_maintainers_may_push_developers_cannot_have_pushed(
    gitlab: GitLabDouble, repo: world.Repo
) -> None:
    """A bot that is a Maintainer is no way around a protected branch."""
    repo.role(gitlab.bot.username, "maintainer")
    forge = forge_of(gitlab)
    pull = repo.pull(files={"a": b"1"})
    repo.role("dora", "developer")
    repo.role("maria", "maintainer")
    repo.protect("feature", by="maintainers")
    assert "protected branch feature" in ask(forge, pull, "dora").why
    assert ask(forge, pull, "maria").granted
    repo.protect("feature", by="developers")
    assert ask(forge, pull, "dora").granted


def test_no_answer_is_neither_yes_nor_no(gitlab: GitLabDouble, forge: GitLab, repo: world.Repo) -> None:
    """A server that is down is asked again; one that refuses is a no, with its words."""
    pull = repo.pull(files={"a": b"1"})
    repo.role("maria", "owner")
    change = change_of(forge, pull)
    gitlab.fail(r"GET .*/members/all/", 502, times=9)
    with pytest.raises(Unavailable):
        forge.may_approve(change, User("maria"), ApproveRule())
    gitlab.limits.faults.clear()
    gitlab.fail(r"GET .*/members/all/", 403, body=b'{"message": "403 Forbidden"}')
    assert "403 Forbidden" in forge.may_approve(change, User("maria"), ApproveRule()).why


# ---------------------------------------------------------------------------------------------- seeing


def test_who_may_read_code_may_see(forge: GitLab, repo: world.Repo) -> None:
    """From Reporter on: guests of a private project do not see its files."""
    for role, level in ROLES.items():
        repo.role("maria", role)
        assert forge.may_see(described(repo), User("maria")).granted == (level >= 20), role


def test_a_public_project_is_for_everybody(gitlab: GitLabDouble, forge: GitLab) -> None:
    """With an account or without; until it is private."""
    repo = gitlab.repo("acme/open", private=False)
    gitlab.account("stranger")
    assert forge.may_see(described(repo), User("stranger")).granted
    assert forge.may_see(described(repo), None).granted
    repo.private = True
    assert not forge.may_see(described(repo), User("stranger")).granted
    assert not forge.may_see(described(repo), None).granted


def test_a_bot_never_looks(gitlab: GitLabDouble, forge: GitLab) -> None:
    """Not even at what is public."""
    repo = gitlab.repo("acme/open", private=False)
    for who in (User("maria", bot=True), User("group_3_bot"), User(gitlab.bot.username)):
        assert not forge.may_see(described(repo), who).granted


def test_a_project_that_the_bot_does_not_see_shows_nobody(gitlab: GitLabDouble, forge: GitLab) -> None:
    """Nothing can be asked there any more."""
    repo = gitlab.repo("acme/closed", installed=False)
    repo.role("maria", "owner")
    assert not forge.may_see(described(repo), User("maria")).granted
    assert not forge.may_see(described(repo), None).granted


@pytest.mark.parametrize("name", ["../root", "a b", "maria&username=root", "ä", ""])
def test_a_strange_name_is_nobody(forge: GitLab, repo: world.Repo, name: str) -> None:
    """It is looked up as it is written, and belongs to nobody."""
    assert not forge.may_see(described(repo), User(name)).granted
