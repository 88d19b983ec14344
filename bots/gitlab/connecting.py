"""Make or mend the webhook of a project or group, and say what the bot can and cannot do there.

Shapes: "Project webhooks API", "Group webhooks API", "Personal access tokens API" (doc/api)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bots.gitlab import scopes
from bots.gitlab.client import Api, Client
from bots.gitlab.limits import Failed
from bots.gitlab.needs import EVENTS, ROLE, SCOPE
from bots.gitlab.people import People
from bots.gitlab.permissions import role
from bots.gitlab.scopes import HEADER, KEY, Scope
from bots.gitlab.transport import Clock, Transport
from bots.pacing import at_once
from diffing.words import Refused

Json = Any
_NOTE = "Made by `golddigger gitlab connect`, with a secret of its own."
_SOON = 14
_MOST_BRANCHES = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that was found, and what to do about it; empty where it is well."""

    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A project or a group."""

    kind: str
    """`projects` or `groups`, as the API's paths have it."""
    path: str
    told: Json

    @property
    def scope(self) -> Scope:
        """For what its webhook speaks."""
        return Scope(self.kind.removesuffix("s"), int(self.told["id"]))


def client_of(url: str, token: str, clock: Clock) -> Client:
    """Give the API as a token's owner has it."""
    return Client(Transport(url, token, clock), at_once())


def connect(client: Client, where: str, *, url: str, secret: str) -> Iterator[Sentence]:
    """Make the webhook of a project or group, or mend the one that stands: its address, events and secret.

    `secret`: the configured one. The webhook's own is made of it, and speaks for nothing else."""
    owner = find(client, where)
    api = client.everywhere()
    path = (owner.kind, str(owner.told["id"]), "hooks")
    wanted = _wanted(url, secret, owner.scope)
    try:
        standing = [each for each in api.pages(*path) if each["url"] == url]
        if standing:
            made = api.put(*path, str(standing[0]["id"]), body=wanted).data
        else:
            made = api.post(*path, body=wanted).data
    except Failed as failed:
        raise _explained(failed, owner) from failed
    if not standing:
        yield Sentence(f"A webhook was made in {owner.path}. It tells {url} of {_events()}.")
    else:
        yield from _mended(owner, standing)
    yield from _unsigned(made, secret)


def _mended(owner: Owner, standing: Sequence[Json]) -> Iterator[Sentence]:
    """Say what a webhook that was there is like now."""
    copies = f" {len(standing) - 1} more of the same address are there: delete them." if len(standing) > 1 else ""
    yield Sentence(f"The webhook in {owner.path} was there; its events and secret are as they must be.{copies}")
    if _NOTE not in (standing[0].get("description", _NOTE) or ""):  # not told before GitLab 17.1
        yield Sentence("Its secret may have been that of every project; it has one of its own now.")
    if standing[0].get("custom_webhook_template"):
        yield Sentence("It had a template of somebody's for what it sends, which was taken away.")


def _unsigned(made: Json, secret: str) -> Iterator[Sentence]:
    """Say that a server does not sign, which takes a signing token and leaves it."""
    if secret.startswith(KEY) and made.get("signing_token_present") is False:
        mend = (
            "Set GOLDDIGGER_GITLAB_WEBHOOK_SECRET to one that does not begin with whsec_ (`openssl rand -hex 20` "
            "makes one), or have the administrator turn the feature flag webhook_signing_token on. Connect again."
        )
        yield Sentence("This GitLab does not sign what its webhooks send, so that none of it is taken.", mend)


def abilities(client: Client, people: People, where: str) -> Iterator[Sentence]:
    """Say what the bot can and cannot do in a project; of a group, in general."""
    name = people.account()["username"]
    try:
        owner = find(client, where)
    except Refused:
        mend = f"Add @{name} there as a Developer (Manage > Members)."
        yield Sentence(f"The bot @{name} does not see {where}.", mend)
        return
    level = _level(client.everywhere(), people, owner)
    if level < ROLE:
        mend = f"Give @{name} the role Developer there (Manage > Members)."
        yield Sentence(
            f"The bot @{name} is {role(level)} in {owner.path}: it cannot commit or set statuses.", mend
        )
        return
    yield Sentence(
        f"The bot @{name} is {role(level)} in {owner.path}: it reads jobs and files, writes notes and statuses, "
        "and commits to branches that are not protected."
    )
    if owner.kind == "projects":
        yield from _protected(client.on(str(owner.told["id"])), level)


def find(client: Client, where: str) -> Owner:
    """Find a project or a group by its path or id; Refused where the token's owner sees neither."""
    word = where.strip().strip("/")
    for kind, name in (("projects", "path_with_namespace"), ("groups", "full_path")):
        told = client.everywhere().find(kind, word) if word else None
        if told is not None:
            return Owner(kind=kind, path=str(told[name]), told=told)
    raise Refused(
        f"There is no project or group {where!r} that this token's owner may see. Write it as in its URL."
    )


def token(client: Client, people: People, today: date) -> Iterator[Sentence]:
    """Say whose token it is, and whether it can do what is needed, and for how long."""
    name = people.account()["username"]
    told = client.everywhere().find("personal_access_tokens", "self")
    if told is None:  # before GitLab 15.5
        yield Sentence(f"The token is @{name}'s.")
        return
    if SCOPE not in told["scopes"]:
        mend = "Make one with the scope `api`, as a Developer, and set GOLDDIGGER_GITLAB_TOKEN to it."
        yield Sentence(
            f"The token of @{name} has the scopes {', '.join(told['scopes'])}, and `api` is needed.", mend
        )
    until = told.get("expires_at")
    if until and (date.fromisoformat(until) - today).days < _SOON:
        mend = "Make a new one, and set GOLDDIGGER_GITLAB_TOKEN to it."
        yield Sentence(f"The token of @{name} expires on {until}.", mend)
    elif SCOPE in told["scopes"]:
        yield Sentence(
            f"It knows the bot as @{name}, whose token is good {f'until {until}' if until else 'for ever'}."
        )


def _wanted(url: str, secret: str, scope: Scope) -> Json:
    own = scopes.secret(secret, scope)
    said = [{"key": HEADER, "value": str(scope)}]
    proof = {"signing_token": own, "custom_headers": said} if secret.startswith(KEY) else {"token": own}
    # Verification is left on: what is turned off is turned off by people, in the webhook's settings.
    return {
        "url": url,
        "description": _NOTE,
        "custom_webhook_template": "",
        **proof,
        **dict.fromkeys(EVENTS, True),
    }


def _explained(failed: Failed, owner: Owner) -> Refused:
    match failed.status, owner.kind:
        case ((403 | 404), "groups"):
            return Refused(
                f"GitLab does not let this token make a webhook in the group {owner.path}: it takes an Owner, and "
                "a group's webhooks need GitLab Premium. Without it, connect each project."
            )
        case ((403 | 404), _):
            return Refused(
                f"GitLab does not let this token make a webhook in {owner.path}: it takes a Maintainer. Give "
                "one's token with --token, or make the webhook by hand, as docs/gitlab.md says."
            )
        case 422, _:
            return Refused(
                f"GitLab refused the webhook: {failed.message}. Where Golddigger is in the same network, an "
                "administrator allows it in Admin > Settings > Network > Outbound requests."
            )
    return failed


def _events() -> str:
    names = [name.removesuffix("_events").removesuffix("s").replace("_", " ") for name in EVENTS]
    return f"{', '.join(names[:-1])} and {names[-1]} events"


def _level(api: Api, people: People, owner: Owner) -> int:
    told = api.find(owner.kind, str(owner.told["id"]), "members", "all", str(people.us()))
    return int(told["access_level"]) if told is not None else 0


def _protected(api: Api, level: int) -> Iterator[Sentence]:
    """Name the branches to which the bot cannot commit."""
    rules = list(api.pages("protected_branches"))
    closed = [each["name"] for each in rules if not _open(each, level)]
    if closed:
        shown = ", ".join(closed[:_MOST_BRANCHES]) + (" …" if len(closed) > _MOST_BRANCHES else "")
        yield Sentence(
            f"It may not push to the protected branches {shown}: what is approved of a merge request from one of "
            "them goes to a branch golddigger/pr-N."
        )


def _open(rule: Json, level: int) -> bool:
    levels = [each.get("access_level") for each in rule.get("push_access_levels") or ()]
    return any(isinstance(each, int) and 0 < each <= level for each in levels)
