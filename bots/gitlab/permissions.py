"""Ask GitLab what somebody may do. Whatever is no clear yes is a no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bots.forge import ApproveRule, Change, Permission, Repo, User
from bots.gitlab.changes import for_everybody
from bots.gitlab.client import Api, Client
from bots.gitlab.limits import Failed
from bots.gitlab.payloads import is_bot
from bots.gitlab.people import People
from diffing.words import Refused

Json = Any
LEVELS = {"triage": 20, "write": 30, "maintain": 40, "admin": 50}
"""The words of a rule, as the access levels of GitLab's members."""
_ROLES = {10: "Guest", 15: "Planner", 20: "Reporter", 30: "Developer", 40: "Maintainer", 50: "Owner"}
_READS_CODE = 20


def may_approve(client: Client, people: People, change: Change, who: User, rule: ApproveRule) -> Permission:
    """Say whether somebody may approve a change now, and why, for the reply and the audit trail."""
    name = who.name
    if who.bot or is_bot(name):
        return Permission(False, f"{name} is a bot, and only people may approve")
    if not rule.self_approval and name.lower() == change.author.lower():
        return Permission(False, f"{name} wrote this merge request, and nobody may approve their own here")
    account, why = _account(people, name)
    if account is None:
        return Permission(False, why)
    if name.lower() in {user.lower().removeprefix("@") for user in rule.users}:
        return Permission(True, f"{name} is named in approve.users")
    reasons = []
    for answer in _answers(client, change, account, rule):
        if answer.granted:
            return answer
        reasons.append(answer.why)
    return Permission(False, "; ".join(reasons))


def may_see(client: Client, people: People, repo: Repo, who: User | None) -> Permission:
    """Say whether somebody, or anybody, may read a project's files now."""
    if who is not None and (who.bot or is_bot(who.name)):
        return Permission(False, f"{who.name} is a bot, and only people look")
    api = client.on(repo.id)
    try:
        project = api.find()
    except Failed as failed:
        return Permission(False, f"GitLab would not say who may see {repo.path}: {failed.message}")
    if project is None:
        return Permission(False, f"The bot does not see {repo.path}")
    if who is None:
        shown = for_everybody(project)
        return Permission(shown, f"{repo.path} is {'public' if shown else 'not for everybody'}")
    account, why = _account(people, who.name)
    if account is None:
        return Permission(False, why)
    if for_everybody(project):
        return Permission(True, f"{repo.path} is public")
    level, why = _level(api, account, repo.path)
    if level >= _READS_CODE:
        return Permission(True, f"{who.name} is {role(level)}")
    return Permission(False, why or f"{who.name} is {role(level)}, and Reporter is needed")


def _account(people: People, name: str) -> tuple[Json | None, str]:
    """Find whom a name belongs to now; or nobody, and why."""
    try:
        found = people.named(name)
    except Failed as failed:
        return None, f"GitLab would not say who {name} is: {failed.message}"
    if found is None:
        return None, f"{name} has no active account on GitLab"
    if found.get("bot") is True:
        return None, f"{name} is a bot, and only people may approve"
    return found, ""


def _answers(client: Client, change: Change, account: Json, rule: ApproveRule) -> Iterator[Permission]:
    yield _by_role(client.on(change.repo.id), change, account, rule)
    for group in rule.teams:
        yield _by_group(client.everywhere(), account, group.removeprefix("@"))


def _by_role(api: Api, change: Change, account: Json, rule: ApproveRule) -> Permission:
    name = account["username"]
    needed = LEVELS.get(rule.permission, max(LEVELS.values()))
    level, why = _level(api, account, change.repo.path)
    if why:
        return Permission(False, why)
    if level < needed:
        return Permission(False, f"{name} is {role(level)}, and {role(needed)} is needed")
    if level < LEVELS["maintain"] and _is_closed_to_developers(api, change):
        return Permission(
            False, f"{name} is {role(level)}, and may not push to the protected branch {change.branch}"
        )
    return Permission(True, f"{name} is {role(level)}, and {role(needed)} is asked for")


def _is_closed_to_developers(api: Api, change: Change) -> bool:
    """Is the branch protected so that only Maintainers push to it? What the bot may, they may not by it."""
    if change.fork:
        return False
    branch = api.find("repository", "branches", change.branch) or {}
    return bool(branch.get("protected")) and branch.get("developers_can_push") is not True


def _by_group(api: Api, account: Json, group: str) -> Permission:
    name = account["username"]
    try:
        told = api.find("groups", group, "members", "all", str(account["id"]))
        if told is None and api.find("groups", group, params={"with_projects": "false"}) is None:
            return Permission(False, f"the bot does not see the group {group}, to ask whether {name} is in it")
    except Refused as refused:
        return Permission(False, f"GitLab would not say who is in the group {group} ({refused})")
    if told is not None and _active(told):
        return Permission(True, f"{name} is in the group {group}")
    return Permission(False, f"{name} is not in the group {group}")


def _level(api: Api, account: Json, path: str) -> tuple[int, str]:
    """Give somebody's access level in a project, by themselves or by groups; or none, and why."""
    name = account["username"]
    try:
        told = api.find("members", "all", str(account["id"]))
    except Failed as failed:
        return 0, f"GitLab would not say what {name} may do: {failed.message}"
    if told is None:
        return 0, f"{name} is no member of {path}"
    return (int(told["access_level"]), "") if _active(told) else (0, f"{name} is no active member of {path}")


def _active(member: Json) -> bool:
    """Does a membership count: of an account that is not blocked, and that was let in?"""
    return {member.get("state"), member.get("membership_state", "active")} == {"active"}


def role(level: int) -> str:
    """Name a level: a custom role counts as the one that it is built on."""
    return _ROLES.get(level, f"at access level {level}")
