"""Serve people, tokens, groups, projects, their members and branches."""

from __future__ import annotations

from typing import Any

from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import Failed, bad, forbidden, not_found, unauthorized
from tests.forges.gitlab.operations import CODE, PROJECT
from tests.forges.gitlab.world import Account, Repo
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()


@ROUTES.on("GET /user")
def user(call: Call) -> Answer:
    """Describe whose token it is."""
    return Answer(json=call.shapes.user_public(call.user))


@ROUTES.on("GET /users")
def users(call: Call) -> Answer:
    """Find somebody by name."""
    name = call.request.query.get("username", "").lower()
    every = [one for one in call.world.accounts.values() if not name or one.username.lower() == name]
    return call.page([call.shapes.user(one) for one in every])


@ROUTES.on("GET /users/:user")
def user_by_id(call: Call) -> Answer:
    """Describe somebody."""
    found = _account(call)
    if not found:
        raise not_found("User")
    return Answer(json=call.shapes.user(found))


@ROUTES.on("GET /personal_access_tokens/self")
def token(call: Call) -> Answer:
    """Describe the token that is used."""
    if not call.token:
        raise unauthorized()
    return Answer(json=call.shapes.token(call.token))


@ROUTES.on("GET /version", "GET /metadata")
def metadata(call: Call) -> Answer:
    """Say which GitLab this is."""
    call.user  # noqa: B018 (only who is signed in is told)
    kas = {"enabled": False, "externalUrl": None, "version": None}
    return Answer(json={"version": "18.6.0", "revision": "4b1a2c3d4e5", "kas": kas, "enterprise": False})


# ---------------------------------------------------------------------------------------------- groups


@ROUTES.on("GET /groups/:group")
def group(call: Call) -> Answer:
    """Describe a group."""
    return Answer(json=call.shapes.group(call.group))


@ROUTES.on("GET /groups/:group/projects")
def group_projects(call: Call) -> Answer:
    """List a group's projects."""
    deep = call.query.get("include_subgroups", False)
    inside = [
        repo
        for repo in _seen(call)
        if repo.namespace == call.group.path or (deep and repo.path.startswith(f"{call.group.path}/"))
    ]
    return call.page([call.shapes.project_basic(repo) for repo in inside])


@ROUTES.on("GET /groups/:group/members/all")
def group_members(call: Call) -> Answer:
    """List a group's members, inherited ones too."""
    members = call.world.members(call.group)
    return call.page([call.shapes.member(name, level) for name, level in members.items()])


@ROUTES.on("GET /groups/:group/members/all/:user")
def group_member(call: Call) -> Answer:
    """Describe a member of a group, an inherited one too."""
    return _member(call, call.world.members(call.group))


# -------------------------------------------------------------------------------------------- projects


@ROUTES.on("GET /projects")
def projects(call: Call) -> Answer:
    """List the projects that the caller may see."""
    least = call.query.get("min_access_level", 1 if call.query.get("membership") else 0)
    user = call.token.user if call.token else None
    found = [repo for repo in _seen(call) if call.world.level(user, repo) >= least]
    return call.page([call.shapes.project_basic(repo) for repo in found])


def _seen(call: Call) -> list[Repo]:
    user = call.token.user if call.token else None
    return [repo for repo in call.world.repos.values() if call.world.sees(user, repo)]


@ROUTES.on(f"GET {PROJECT}/groups")
def groups_above(call: Call) -> Answer:
    """List the groups in which a project lies, one within another."""
    inside = [group for group in call.world.groups.values() if call.repo.path.startswith(f"{group.path}/")]
    names = ("id", "web_url", "name", "avatar_url", "full_name", "full_path")
    shown = [call.shapes.group(group) for group in inside]
    return call.page([{name: each[name] for name in names} for each in shown])


@ROUTES.on(f"GET {PROJECT}")
def project(call: Call) -> Answer:
    """Describe a project."""
    return Answer(json=call.shapes.project(call.repo, call.token))


@ROUTES.on(f"GET {PROJECT}/members/all")
def members(call: Call) -> Answer:
    """List a project's members, inherited ones too."""
    wanted = set(call.many("user_ids"))
    every = [
        (name, level)
        for name, level in call.world.roles(call.repo).items()
        if not wanted or str(call.world.account(name).id) in wanted
    ]
    return call.page([call.shapes.member(name, level) for name, level in every])


@ROUTES.on(f"GET {PROJECT}/members/all/:user")
def member(call: Call) -> Answer:
    """Describe a member, an inherited one too."""
    return _member(call, call.world.roles(call.repo))


def _member(call: Call, roles: dict[str, int]) -> Answer:
    found = _account(call)
    if not found or found.username not in roles:
        raise not_found()
    return Answer(json=call.shapes.member(found.username, roles[found.username]))


def _account(call: Call) -> Account | None:
    text = call.params["user"]
    return call.world.user(int(text)) if text.isascii() and text.isdecimal() else None


# -------------------------------------------------------------------------------------------- branches


@ROUTES.on(f"GET {CODE}/branches", needs="code")
def branches(call: Call) -> Answer:
    """List branches."""
    names = call.repo.git.run("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").decode().split()
    return call.page([_branch(call, name) for name in names])


@ROUTES.on(f"GET {CODE}/branches/:branch", needs="code")
def branch(call: Call) -> Answer:
    """Describe a branch."""
    name = call.params["branch"]
    if not call.repo.git.ref(f"refs/heads/{name}"):
        raise not_found("Branch")
    return Answer(json=_branch(call, name))


def _branch(call: Call, name: str) -> Json:
    may = bool(call.token) and call.world.may_push(call.user, call.repo, name)
    return call.shapes.branch(call.repo, name, can_push=may)


@ROUTES.on(f"POST {CODE}/branches", needs="developer")
def create_branch(call: Call) -> Answer:
    """Make a branch where a ref points."""
    told = {**call.request.query, **call.body}
    name, start = told.get("branch", ""), call.repo.git.commit_id(told.get("ref", ""))
    if call.repo.git.ref(f"refs/heads/{name}"):
        raise bad("Branch already exists")
    if not name or not start:
        raise bad("Invalid reference name: " + told.get("ref", ""))
    call.repo.git.move(f"refs/heads/{name}", start)
    return Answer(201, _branch(call, name))


@ROUTES.on(f"DELETE {CODE}/branches/:branch", needs="developer")
def delete_branch(call: Call) -> Answer:
    """Delete a branch that is neither the default nor protected."""
    name = call.params["branch"]
    if not call.repo.git.ref(f"refs/heads/{name}"):
        raise not_found("Branch")
    if name == call.repo.default_branch or name in call.repo.protected:
        raise Failed(403, "Protected branch cannot be deleted")
    if not call.world.may_push(call.user, call.repo, name):
        raise forbidden()
    call.repo.git.remove(f"refs/heads/{name}")
    return Answer(204)


@ROUTES.on(f"GET {PROJECT}/protected_branches", needs="developer")
def protected_branches(call: Call) -> Answer:
    """List the protected branches."""
    return call.page([call.shapes.protected(call.repo, name) for name in call.repo.protected])


@ROUTES.on(f"GET {PROJECT}/protected_branches/:branch", needs="developer")
def protected_branch(call: Call) -> Answer:
    """Describe the protection of a branch."""
    if call.params["branch"] not in call.repo.protected:
        raise not_found()
    return Answer(json=call.shapes.protected(call.repo, call.params["branch"]))
