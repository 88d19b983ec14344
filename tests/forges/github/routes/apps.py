"""Serve apps, installations and people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.forges.github import tokens
from tests.forges.github.api import LEVELS, Call, Routes
from tests.forges.github.failures import Failed, failure, not_found
from tests.forges.github.world import Account, Installation, Repo, stamp
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"
FOLDED = {"maintain": "write", "triage": "read"}
"""Roles that the older field ``permission`` does not know."""


@ROUTES.on("GET /app")
def app(call: Call) -> Answer:
    """Describe the app itself."""
    return Answer(json=call.shapes.app(call.world.app))


@ROUTES.on("GET /app/installations")
def installations(call: Call) -> Answer:
    """List where the app is installed."""
    every = [call.shapes.installation(one) for one in call.world.installations.values()]
    shown, links = call.page(every)
    return Answer(json=shown, headers=links)


@ROUTES.on(f"GET {REPO}/installation")
def installation(call: Call) -> Answer:
    """Tell by which installation the app has a repository."""
    found = call.world.installation_of(call.repo)
    if not found:
        raise not_found()
    return Answer(json=call.shapes.installation(found))


@ROUTES.on("POST /app/installations/{installation_id}/access_tokens")
def access_tokens(call: Call) -> Answer:
    """Give a token, narrowed to permissions and repositories of the installation."""
    found = _installation(call)
    permissions = call.body.get("permissions") or dict(found.permissions)
    for name, level in permissions.items():
        if LEVELS.index(level) > LEVELS.index(found.permissions.get(name, "")):
            text = "The permissions requested are not granted to this installation."
            raise Failed(422, text)
    permissions.setdefault("metadata", "read")
    repos = _narrowed(call, found)
    token = tokens.issue(call.world, found, permissions, repos)
    answer: Json = {
        "token": token.text,
        "expires_at": stamp(token.until),
        "permissions": permissions,
        "repository_selection": "selected",
    }
    if repos is not None:
        answer["repositories"] = [call.shapes.repo(repo) for repo in repos]
    return Answer(201, answer)


def _installation(call: Call) -> Installation:
    wanted = int(call.params["installation_id"])
    found = next((one for one in call.world.installations.values() if one.id == wanted), None)
    if found is None:
        raise not_found()
    if found.suspended:
        raise Failed(403, "This installation has been suspended")
    return found


def _narrowed(call: Call, found: Installation) -> tuple[Repo, ...] | None:
    ids, names = call.body.get("repository_ids"), call.body.get("repositories")
    if ids is None and names is None:
        return None
    chosen = tuple(repo for repo in found.repos if repo.id in (ids or ()) or repo.name in (names or ()))
    if len(chosen) < len({*(ids or ()), *(names or ())}):
        text = (
            "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
        raise Failed(422, text)
    return chosen


@ROUTES.on("POST /app-manifests/{code}/conversions", "nobody:read")
def convert_manifest(call: Call) -> Answer:
    """Turn the code of a manifest that a person sent in into the app's credentials, once and within the hour."""
    made = call.world.manifests.pop(call.params["code"], None)
    if made is None or made.at + timedelta(hours=1) <= call.world.now():
        raise not_found()
    secrets = {
        "client_id": made.app.client_id,
        "client_secret": made.app.client_secret,
        "webhook_secret": made.app.webhook_secret,
        "pem": made.app.key.private,
    }
    return Answer(201, {**call.shapes.app(made.app), **secrets})


@ROUTES.on("GET /installation/repositories", "metadata:read")
def repositories(call: Call) -> Answer:
    """List what the token may see."""
    found = call.token.installation
    every = [] if found is None else [repo for repo in found.repos if call.token.covers(repo)]
    shown, links = call.page([call.shapes.repo(repo) for repo in every])
    body = {"total_count": len(every), "repository_selection": "selected", "repositories": shown}
    return Answer(json=body, headers=links)


@ROUTES.on("GET /user", "user:read")
def user(call: Call) -> Answer:
    """Describe the person whose token it is."""
    assert call.token.user
    return Answer(json=call.shapes.public_user(call.token.user))


@ROUTES.on("GET /users/{username}", "nobody:read")
def user_by_name(call: Call) -> Answer:
    """Describe anybody."""
    return Answer(json=call.shapes.public_user(_account(call)))


@ROUTES.on("GET /rate_limit", "nobody:read")
def rate_limit(call: Call) -> Answer:
    """Tell how much of the primary limit is left; asking is free."""
    limits = call.api.limits
    limits.used -= 1
    rate = {
        "limit": limits.hourly,
        "used": limits.used,
        "remaining": limits.hourly - limits.used,
        "reset": int(call.world.now().timestamp()) + 1800,
    }
    return Answer(json={"resources": {"core": rate, "search": rate, "graphql": rate}, "rate": rate})


@ROUTES.on(f"GET {REPO}/collaborators/{{username}}/permission", "metadata:read")
def permission(call: Call) -> Answer:
    """Tell what somebody may do; anybody may read a public repository."""
    account = _account(call)
    role = call.repo.roles.get(account.login, "none" if call.repo.private else "read")
    who = {**call.shapes.user(account), "role_name": role, "permissions": _permissions(role)}
    return Answer(json={"permission": FOLDED.get(role, role), "role_name": role, "user": who})


def _permissions(role: str) -> Json:
    rank = ("none", "read", "triage", "write", "maintain", "admin").index(role)
    return {name: rank > at for at, name in enumerate(("pull", "triage", "push", "maintain", "admin"))}


@ROUTES.on("GET /orgs/{org}/teams/{team_slug}/memberships/{username}", "members:read")
def membership(call: Call) -> Answer:
    """Tell whether somebody is in a team."""
    members = call.world.teams.get((call.params["org"].lower(), call.params["team_slug"]), {})
    who = call.params["username"]
    if who not in members:
        raise not_found()
    path = call.request.path.lstrip("/")
    return Answer(json={"url": f"{call.api.url}/{path}", "role": "member", "state": members[who]})


def _account(call: Call) -> Account:
    found = call.world.accounts.get(call.params["username"])
    if not found:
        raise not_found()
    return found


@ROUTES.on("GET /app/hook/deliveries")
def deliveries(call: Call) -> Answer:
    """List what was delivered, the newest first, paged by cursor."""
    size = min(int(call.request.query.get("per_page", 30)), 100)
    before = int(call.request.query.get("cursor", 1 << 60))
    status = call.request.query.get("status")
    known = [one for one in reversed(call.world.delivered) if one.id < before]
    wanted = [one for one in known if status is None or (status == "success") == one.ok]
    shown = [one.shown() for one in wanted[:size]]
    if len(wanted) <= size:
        return Answer(json=shown)
    url = f"{call.api.url}{call.request.path}?per_page={size}&cursor={shown[-1]['id']}"
    return Answer(json=shown, headers={"Link": f'<{url}>; rel="next"'})


@ROUTES.on("POST /app/hook/deliveries/{delivery_id}/attempts")
def redeliver(call: Call) -> Answer:
    """Deliver again, under the same GUID."""
    wanted = int(call.params["delivery_id"])
    found = next((one for one in call.world.delivered if one.id == wanted), None)
    if found is None:
        return Answer(422, failure("Validation Failed"))
    found.again()
    return Answer(202, {})
