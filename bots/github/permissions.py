"""Ask GitHub what somebody may do. Whatever is no clear yes is a no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bots.forge import ApproveRule, Change, Permission, Repo, User
from bots.github.client import Api
from bots.github.limits import Failed
from diffing.words import Refused

Json = Any
_RANKS = ("read", "triage", "write", "maintain", "admin")


@dataclass(frozen=True, slots=True)
class Doors:
    """The two things that are asked: the repository's collaborators, and an organisation's teams."""

    repo: Api
    teams: Callable[[], Api]
    """Called only where teams are configured: it needs a permission that the app has not by itself."""


def may_approve(doors: Doors, change: Change, who: User, rule: ApproveRule) -> Permission:
    """Say whether somebody may approve a change now, and why, for the reply and the audit trail."""
    name = who.name
    if _is_bot(who):
        return Permission(False, f"{name} is a bot, and only people may approve")
    if not rule.self_approval and name.lower() == change.author.lower():
        return Permission(False, f"{name} wrote this pull request, and nobody may approve their own here")
    if name.lower() in {user.lower().removeprefix("@") for user in rule.users}:
        return Permission(True, f"{name} is named in approve.users")
    reasons = []
    for answer in _answers(doors, change, name, rule):
        if answer.granted:
            return answer
        reasons.append(answer.why)
    return Permission(False, "; ".join(reasons))


def may_see(api: Api, repo: Repo, who: User | None) -> Permission:
    """Say whether somebody may read a repository now. Of a public one GitHub says `read` for every account.

    None: whether anybody may, which is not so of an internal one either."""
    if who is None:
        return _open_to_all(api, repo)
    if _is_bot(who):
        return Permission(False, f"{who.name} is a bot, and only people look")
    role, why = _asked(api, repo, who.name)
    if role in _RANKS:
        return Permission(True, f"{who.name} has the permission {role}")
    return Permission(False, why or f"{who.name} has the permission {role}, and read is needed")


def _open_to_all(api: Api, repo: Repo) -> Permission:
    try:
        told = api.get()
    except Failed as failed:
        return Permission(False, f"GitHub would not say who may read {repo.path}: {failed.message}")
    if told.get("private") is False and told.get("visibility", "public") == "public":
        return Permission(True, f"{repo.path} is public")
    return Permission(False, f"{repo.path} is not public")


def _is_bot(who: User) -> bool:
    return who.bot or who.name.endswith("[bot]")


def _answers(doors: Doors, change: Change, name: str, rule: ApproveRule) -> Iterator[Permission]:
    yield _by_role(doors.repo, change, name, rule)
    for team in rule.teams:
        yield _by_team(doors, change, name, team)


def _by_role(api: Api, change: Change, name: str, rule: ApproveRule) -> Permission:
    role, why = _asked(api, change.repo, name)
    if why:
        return Permission(False, why)
    if role in _RANKS and rule.permission in _RANKS and _RANKS.index(role) >= _RANKS.index(rule.permission):
        return Permission(True, f"{name} has the permission {role}, and {rule.permission} is asked for")
    return Permission(False, f"{name} has the permission {role}, and {rule.permission} is needed")


def _asked(api: Api, repo: Repo, name: str) -> tuple[str, str]:
    """Give somebody's role on a repository; or none, and why GitHub said nothing of it."""
    try:
        told = api.find("collaborators", name, "permission")
    except Failed as failed:
        return "", f"GitHub would not say what {name} may do: {failed.message}"
    return (_role(told), "") if told is not None else ("", f"{name} is not known in {repo.path}")


def _role(told: Json) -> str:
    """Give the role; for a custom one the permission it is built on, where `maintain` shows as `write`."""
    role = str(told.get("role_name"))
    return role if role in _RANKS else str(told.get("permission"))


def _by_team(doors: Doors, change: Change, name: str, team: str) -> Permission:
    organisation, _, slug = team.removeprefix("@").rpartition("/")
    organisation = organisation or change.repo.path.partition("/")[0]
    shown = f"{organisation}/{slug}"
    try:
        told = doors.teams().find("orgs", organisation, "teams", slug, "memberships", name)
    except Refused as refused:
        return Permission(False, f"GitHub would not say who is in the team {shown} ({refused})")
    if told is not None and told.get("state") == "active":
        return Permission(True, f"{name} is in the team {shown}")
    return Permission(False, f"{name} is not in the team {shown}")
