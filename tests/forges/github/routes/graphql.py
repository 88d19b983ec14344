"""Serve createCommitOnBranch: held to the published schema, carried out by git."""

from __future__ import annotations

import base64
import binascii
from functools import cache, partial
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    graphql_sync,
    parse,
    validate,
)

from tests.contract import contract
from tests.contract.contract import ContractBroken
from tests.forges.github.api import Call, has
from tests.forges.github.routes.git import pushed
from tests.forges.github.tokens import Nobody
from tests.forges.github.world import Repo, Token
from tests.forges.web import Answer

Json = Any
MOST_BYTES = 45_000_000
"""The largest request taken; observed by users of the API, nowhere published."""


@cache
def _schema() -> GraphQLSchema:
    return build_schema((contract.HERE / "schema.graphql").read_text())


def serve(call: Call) -> Answer:
    """Answer a GraphQL request: 200 with data and errors, as GitHub does."""
    if isinstance(call.actor, Nobody):
        return Answer(401, {"message": "This endpoint requires you to be authenticated."})
    if len(call.request.body) > MOST_BYTES:
        return Answer(413, {"message": "Payload too large"})
    _hold(call.body)
    result = graphql_sync(
        _schema(),
        call.body["query"],
        root_value={"createCommitOnBranch": partial(_commit, call)},
        variable_values=call.body.get("variables"),
    )
    made = result.data is not None and result.data.get("createCommitOnBranch") is not None
    call.api.limits.count("POST /graphql", created=made, now=call.world.clock())
    errors = [_shown(error) for error in result.errors or ()]
    return Answer(json={"data": result.data, **({"errors": errors} if errors else {})})


def _hold(body: Json) -> None:
    """Raise ContractBroken unless the query is one that the published schema allows."""
    unknown = set(body) - {"query", "variables", "operationName"}
    if unknown or not isinstance(body.get("query"), str):
        raise ContractBroken(f"POST /graphql: wants a query, and knows no {sorted(unknown)}")
    try:
        errors = validate(_schema(), parse(body["query"]))
    except GraphQLError as error:
        errors = [error]
    if errors:
        raise ContractBroken("POST /graphql: " + "; ".join(error.message for error in errors))


def _shown(error: GraphQLError) -> Json:
    kind = (error.extensions or {}).get("type")
    if isinstance(error.original_error, ContractBroken):
        raise error.original_error
    if kind is None:
        raise ContractBroken(f"POST /graphql: {error.message}") from error.original_error
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"type": kind, "path": error.path, "locations": locations, "message": error.message}


def _refused(kind: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": kind})


def _commit(call: Call, info: GraphQLResolveInfo[Any], input: Json) -> Json:  # noqa: A002 (the schema's name)
    repo, branch = _branch(call, input["branch"])
    expected = input["expectedHeadOid"]
    head = repo.git.ref(f"refs/heads/{branch}")
    if head is None:
        raise _refused("NOT_FOUND", f"No branch named {branch!r} on {repo.path}")
    if head != expected:
        text = f'Expected branch to point to "{expected}" but it did not.  Pull and try again.'
        raise _refused("STALE_DATA", text)
    _hold_protection(repo, branch)
    files = _files(repo, head, input.get("fileChanges") or {})
    message = input["message"]["headline"] + (f"\n\n{body}" if (body := input["message"].get("body")) else "")
    sha = repo.git.write(
        branch,
        files,
        message=message,
        author=call.world.app.bot.person,
        committer=call.world.signer.person,
        at=call.world.now(),
        parent=head,
    )
    pushed(call, repo, branch, head)
    return _payload(call, repo, branch, sha, input.get("clientMutationId"))


def _branch(call: Call, branch: Json) -> tuple[Repo, str]:
    if branch.get("id"):
        path, _, name = base64.b64decode(branch["id"]).decode().partition(":refs/heads/")
    else:
        path, name = branch.get("repositoryNameWithOwner") or "", branch.get("branchName") or ""
    repo = call.world.repos.get(path.lower())
    token = call.actor
    if repo is None or (repo.private and not (isinstance(token, Token) and token.covers(repo))):
        raise _refused("NOT_FOUND", f"Could not resolve to a Repository with the name '{path}'.")
    allowed = isinstance(token, Token) and token.covers(repo) and has(token, "contents", "write")
    if not allowed:
        raise _refused("FORBIDDEN", "Resource not accessible by integration")
    return repo, name.removeprefix("refs/heads/")


def _hold_protection(repo: Repo, branch: str) -> None:
    match repo.protected.get(branch):
        case "rule":
            text = f"Branch protection rule violation: changes to {branch} must be made through a pull request."
            raise _refused("BRANCH_PROTECTION_RULE_VIOLATION", text)
        case "ruleset":
            text = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"
            raise _refused("UNPROCESSABLE", text)


def _files(repo: Repo, head: str, changes: Json) -> dict[str, bytes | None]:
    """Read the changes. Every addition becomes a plain file (100644), whatever stood there."""
    files: dict[str, bytes | None] = {}
    for deletion in changes.get("deletions") or []:
        found = repo.git.entry(head, deletion["path"])
        if found is None or found.kind != "blob":
            text = f"A path was requested for deletion which does not exist as of commit oid `{head}`"
            raise _refused("NOT_FOUND", text)
        files[deletion["path"]] = None
    for addition in changes.get("additions") or []:
        files[_path(addition["path"])] = _bytes(addition["contents"])
    workflow = next((path for path in files if path.startswith(".github/workflows/")), None)
    if workflow:
        text = f"refusing to allow a GitHub App to create or update workflow `{workflow}` without permission"
        raise _refused("FORBIDDEN", text)
    return files


def _path(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/") or ".git" in path.split("/"):
        raise _refused("UNPROCESSABLE", f"A path was requested for addition which is invalid: {path}")
    return path


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ContractBroken(f"POST /graphql: contents is no base64: {error}") from error


def _payload(call: Call, repo: Repo, branch: str, sha: str, mutation: str | None) -> Json:
    commit = repo.git.commit(sha)
    headline, _, body = commit.message.partition("\n\n")
    shown = {
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "url": f"{call.shapes.web}/{repo.path}/commit/{sha}",
        "message": commit.message,
        "messageHeadline": headline,
        "messageBody": body,
        "committedDate": commit.at,
    }
    ref_id = base64.b64encode(f"{repo.path}:refs/heads/{branch}".encode()).decode()
    ref = {"id": ref_id, "name": branch, "prefix": "refs/heads/"}
    return {"clientMutationId": mutation, "commit": shown, "ref": ref}
