"""Serve the webhooks of projects and groups, and their tests."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import Failed, bad, forbidden, not_found
from tests.forges.gitlab.operations import PROJECT
from tests.forges.gitlab.world import LEVELS, Group, Hook, Repo
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
OF_PROJECT, OF_GROUP = f"{PROJECT}/hooks", "/groups/:group/hooks"
_SECRETS = ("token", "signing_token")


def _owner(call: Call) -> tuple[Repo | Group, dict[int, Hook]]:
    """Give whose hooks these are, and the hooks: a maintainer's affair in a project, an owner's in a group."""
    if "group" not in call.params:
        call.needs("maintainer")
        return call.repo, call.repo.hooks
    if call.world.members(call.group).get(call.user.username, 0) < LEVELS["owner"]:
        raise forbidden()
    return call.group, call.world.group_hooks.setdefault(call.group.path, {})


def _hook(call: Call) -> tuple[Repo | Group, Hook]:
    owner, hooks = _owner(call)
    text = call.params["hook"]
    found = hooks.get(int(text)) if text.isdecimal() else None
    if not found:
        raise not_found()
    return owner, found


@ROUTES.on(f"GET {OF_PROJECT}", f"GET {OF_GROUP}")
def hooks(call: Call) -> Answer:
    """List hooks."""
    owner, found = _owner(call)
    return call.page([call.shapes.hook(hook, owner) for hook in found.values()])


@ROUTES.on(f"GET {OF_PROJECT}/:hook", f"GET {OF_GROUP}/:hook")
def hook(call: Call) -> Answer:
    """Show a hook."""
    owner, found = _hook(call)
    return Answer(json=call.shapes.hook(found, owner))


@ROUTES.on(f"POST {OF_PROJECT}", f"POST {OF_GROUP}")
def create_hook(call: Call) -> Answer:
    """Make a hook."""
    owner, found = _owner(call)
    made = call.world.new_hook(call.body["url"], "", ("push",))
    _change(made, call.body)
    found[made.id] = made
    return Answer(201, call.shapes.hook(made, owner))


@ROUTES.on(f"PUT {OF_PROJECT}/:hook", f"PUT {OF_GROUP}/:hook")
def update_hook(call: Call) -> Answer:
    """Change a hook; what is not named stays, its secrets too."""
    owner, found = _hook(call)
    _change(found, call.body)
    return Answer(json=call.shapes.hook(found, owner))


def _change(hook: Hook, told: Json) -> None:
    signing = told.get("signing_token")
    if signing and not _fits(signing):
        raise bad({"signing_token": ["must be in whsec_<base64> format encoding a 32-byte key"]})
    hook.url = told.get("url", hook.url)
    hook.token = told.get("token", hook.token)
    hook.signing_token = told.get("signing_token", hook.signing_token)
    hook.name = told.get("name", hook.name)
    hook.description = told.get("description", hook.description)
    hook.template = told.get("custom_webhook_template", hook.template)
    # Headers that are named are set beside those that are there (gitlab-org/gitlab!153768).
    hook.headers |= {each["key"]: each["value"] for each in told.get("custom_headers", [])}
    hook.verify = told.get("enable_ssl_verification", hook.verify)
    hook.events |= {name: value for name, value in told.items() if name.endswith("_events")}


def _fits(text: str) -> bool:
    try:
        return (
            text.startswith("whsec_") and len(base64.b64decode(text.removeprefix("whsec_"), validate=True)) == 32
        )
    except binascii.Error:
        return False


@ROUTES.on(f"DELETE {OF_PROJECT}/:hook", f"DELETE {OF_GROUP}/:hook")
def delete_hook(call: Call) -> Answer:
    """Delete a hook."""
    _, found = _hook(call)
    del _owner(call)[1][found.id]
    return Answer(204)


@ROUTES.on(f"POST {OF_PROJECT}/:hook/test/:trigger", f"POST {OF_GROUP}/:hook/test/:trigger")
def test_hook(call: Call) -> Answer:
    """Send a hook to try it, even one that is switched off; when it is taken, it is switched on again."""
    owner, found = _hook(call)
    repo = owner if isinstance(owner, Repo) else _project_of(call, owner)
    status = call.api.acts.try_hook(found, call.params["trigger"], repo, call.user)
    if not 200 <= status < 300:
        raise Failed(422, f"Hook executed successfully but returned HTTP {status}")
    return Answer(201, {"message": "201 Created"})


def _project_of(call: Call, group: Group) -> Repo:
    found = next((repo for repo in call.world.repos.values() if repo.path.startswith(f"{group.path}/")), None)
    if not found:
        raise Failed(422, "Hook execution failed. Ensure the group has a project with commits.")
    return found
