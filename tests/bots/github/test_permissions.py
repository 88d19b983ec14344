"""Who may approve, as GitHub answers now."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bots.forge import ApproveRule, Permission, User
from bots.github.forge import GitHub
from diffing.words import Refused, Unavailable
from tests.bots.github.conftest import change_of, described
from tests.forges.github import world
from tests.forges.github.double import GitHubDouble

pytestmark = pytest.mark.slow

ROLES = ("none", "read", "triage", "write", "maintain", "admin")


def ask(forge: GitHub, pull: world.Pull, who: str | User, **rule: object) -> Permission:
    """Ask whether somebody may approve."""
    user = User(who) if isinstance(who, str) else who
    return forge.may_approve(change_of(forge, pull), user, ApproveRule(**rule))  # type: ignore[arg-type]


@pytest.mark.parametrize("needed", ["triage", "write", "maintain", "admin"])
def test_the_permission_or_a_higher_one_is_enough(forge: GitHub, repo: world.Repo, needed: str) -> None:
    """`permission` alone would take maintain for write, and triage for read."""
    pull = repo.pull(files={"a": b"1"})
    granted = []
    for role in ROLES:
        repo.role("maria", role)
        answer = ask(forge, pull, "maria", permission=needed)
        assert role in answer.why
        granted += [role] if answer.granted else []
    assert granted == list(ROLES[ROLES.index(needed) :])


def test_somebody_unknown_may_not(forge: GitHub, repo: world.Repo) -> None:
    """There is no such account."""
    answer = ask(forge, repo.pull(files={"a": b"1"}), "nobody-at-all")
    assert not answer.granted
    assert "not known" in answer.why


@pytest.mark.parametrize("who", [User("ci[bot]"), User("robot", bot=True)])
def test_a_bot_may_not(github: GitHubDouble, forge: GitHub, repo: world.Repo, who: User) -> None:
    """Whatever its permission is, and even if it is named."""
    repo.role(who.name, "admin")
    assert not ask(forge, repo.pull(files={"a": b"1"}), who, users=(who.name,)).granted


def test_approving_ones_own_is_a_matter_of_the_rule(forge: GitHub, repo: world.Repo) -> None:
    """Letter case does not make another person."""
    repo.role("dev", "admin")
    pull = repo.pull(files={"a": b"1"}, author="dev")
    assert ask(forge, pull, "dev").granted
    answer = ask(forge, pull, "DEV", self_approval=False, users=("dev",))
    assert not answer.granted
    assert "their own" in answer.why


def test_somebody_named_may_without_a_permission(forge: GitHub, repo: world.Repo) -> None:
    """The rule comes from the base branch: who writes there decides."""
    repo.role("designer", "read")
    assert ask(forge, repo.pull(files={"a": b"1"}), "Designer", users=("@designer",)).granted


@pytest.mark.parametrize("team", ["acme/design", "@acme/design", "design"])
def test_a_teams_member_may(github: GitHubDouble, forge: GitHub, repo: world.Repo, team: str) -> None:
    """Named with the organisation or without."""
    github.account("designer")
    repo.role("other", "read")
    github.team("acme", "design", "designer")
    github.grant("members", "read")
    pull = repo.pull(files={"a": b"1"})
    assert ask(forge, pull, "designer", teams=(team,)).granted
    assert not ask(forge, pull, "other", teams=(team,)).granted


def test_an_invitation_is_no_membership(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """Pending is not active."""
    github.account("designer")
    github.team("acme", "design", "designer")
    github.world.teams["acme", "design"]["designer"] = "pending"
    github.grant("members", "read")
    assert not ask(forge, repo.pull(files={"a": b"1"}), "designer", teams=("design",)).granted


def test_a_team_that_the_app_may_not_see_is_a_no_with_the_reason(
    github: GitHubDouble, forge: GitHub, repo: world.Repo
) -> None:
    """It fails closed, and says which permission is missing."""
    github.account("designer")
    github.team("acme", "design", "designer")
    answer = ask(forge, repo.pull(files={"a": b"1"}), "designer", teams=("design",))
    assert not answer.granted
    assert "members: read" in answer.why


@pytest.mark.parametrize("team", ["../../app", "..", "", "acme/"])
def test_a_teams_name_cannot_lead_elsewhere(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, team: str
) -> None:
    """It is a no, and nothing is asked by that path."""
    github.account("designer")
    github.grant("members", "read")
    assert not ask(forge, repo.pull(files={"a": b"1"}), "designer", teams=(team,)).granted


def test_no_answer_is_neither_yes_nor_no(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub is down: the question is asked again later."""
    pull = repo.pull(files={"a": b"1"})
    repo.role("maria", "admin")
    github.fail("GET .*/permission", times=9)
    with pytest.raises(Unavailable):
        ask(forge, pull, "maria")


def test_who_may_read_may_see(forge: GitHub, repo: world.Repo) -> None:
    """Read, or anything higher, on the repository itself."""
    seen = []
    for role in ROLES:
        repo.role("maria", role)
        seen += [role] if forge.may_see(described(repo), User("maria")).granted else []
    assert seen == list(ROLES[1:])


def test_an_account_may_see_what_is_public(github: GitHubDouble, forge: GitHub) -> None:
    """GitHub says `read` of everybody with an account there, and nothing of those of whom it knows none."""
    public, private = github.repo("acme/open", private=False), github.repo("acme/shut", private=True)
    github.account("maria")
    assert forge.may_see(described(public), User("maria")).granted
    assert not forge.may_see(described(private), User("maria")).granted
    assert not forge.may_see(described(public), User("nobody-at-all")).granted


@pytest.mark.parametrize("who", [User("ci[bot]"), User("robot", bot=True)])
def test_a_bot_never_looks(forge: GitHub, repo: world.Repo, who: User) -> None:
    """Whatever its permission is."""
    repo.role(who.name, "admin")
    assert not forge.may_see(described(repo), who).granted


@pytest.mark.parametrize("status", [403, 404])
def test_what_github_will_not_say_is_a_no(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, status: int
) -> None:
    """It fails closed."""
    repo.role("maria", "admin")
    github.fail("GET .*/permission", status=status)
    assert not forge.may_see(described(repo), User("maria")).granted


def test_a_repository_that_the_app_is_not_on_shows_nobody(github: GitHubDouble, forge: GitHub) -> None:
    """Nobody can say who reads it, so nobody does, whatever their permission is."""
    repo = github.repo("elsewhere/app", installed=False)
    repo.role("maria", "admin")
    assert not forge.may_see(described(repo), User("maria")).granted


@pytest.mark.parametrize("name", ["../../app", "..", "", "a/b", "maria?x=1", "\n"])
def test_a_strange_name_leads_nowhere_else(
    github: GitHubDouble, forge: GitHub, repo: world.Repo, name: str
) -> None:
    """It is a no or a refusal, and nothing is asked by a path made of it."""
    with suppress(Refused):
        assert not forge.may_see(described(repo), User(name)).granted
    assert github.violations == []


def test_no_answer_about_looking_is_neither(github: GitHubDouble, forge: GitHub, repo: world.Repo) -> None:
    """GitHub is down: whoever asks decides what then."""
    github.fail("GET .*/permission", times=9)
    with pytest.raises(Unavailable):
        forge.may_see(described(repo), User("maria"))


def test_anybody_may_see_what_is_public(github: GitHubDouble, forge: GitHub) -> None:
    """GitHub is asked now: what was public when it was last heard of may be so no more."""
    repo = github.repo("acme/open", private=False)
    assert forge.may_see(described(repo), None).granted
    before = described(repo)
    repo.private = True
    assert not forge.may_see(before, None).granted
    github.fail("GET /repos/acme/open$", status=404)
    assert not forge.may_see(before, None).granted
