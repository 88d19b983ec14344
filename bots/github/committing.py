"""Write approved files into git: by createCommitOnBranch, or by git's objects where that cannot."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Sequence
from typing import Any

from bots import owning
from bots.forge import Change, Committed, Conflict, Forbidden, Write
from bots.github.client import Api
from bots.github.limits import Failed
from bots.parcels import parcels
from diffing.words import Refused, Sha, Unavailable

Json = Any
MOST_BYTES = 30_000_000
"""In base64, a request. GitHub takes about 40 MB (observed by users of the API, published nowhere)."""
_PLAIN = "100644"
_MUTATION = """mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid url } }
}"""
_NOT_ALLOWED = {"FORBIDDEN", "BRANCH_PROTECTION_RULE_VIOLATION"}
_TROUBLE = "Something went wrong while executing your query"  # GraphQL's 500, without a type
_RULES = ("rule violation", "protected", "not accessible by integration", "without `workflows` permission")


def commit(
    api: Api, graphql: Api, change: Change, files: Sequence[Write], message: str, expected: Sha
) -> Committed:
    """Write files onto the change's branch, if its head is still the expected one."""
    if change.fork:
        raise Forbidden(
            f"The branch lies in the fork {change.head_path or '(deleted)'}, where the app may not push."
        )
    if any(file.content is not None and file.mode != _PLAIN for file in files):
        return _by_objects(api, change, files, message, expected)
    made = Committed(expected, message)
    for parcel, said in parcels(files, message, most=MOST_BYTES):
        made = _create(graphql, change, parcel, said, made.sha)
    return made


def beside(
    api: Api, change: Change, files: Sequence[Write], message: str, branch: str, ours: Collection[Sha]
) -> Committed:
    """Write files on top of the change's head onto a branch of the base repository, made for it, or moved where it
    stands at a commit of ours."""
    made = _objects(api, files, message, change.head)
    try:
        api.post("git", "refs", body={"ref": f"refs/heads/{branch}", "sha": made.sha})
    except Failed as failed:
        if failed.status != 422 or "already exists" not in failed.message.lower():
            raise _meaning(failed.message, failed) from failed
        stands = _newest(api, branch)
        owning.check(branch, stands, message, ours)
        _move(api, branch, made.sha, force=stands is None or stands.sha != change.head)
    return made


def _newest(api: Api, branch: str) -> Committed | None:
    """Give the commit at which a branch stands; None where it is gone."""
    ref = api.find("git", "ref", "heads", *branch.split("/"))
    if ref is None:
        return None
    commit = api.get("git", "commits", ref["object"]["sha"])
    return Committed(Sha(commit["sha"]), commit["message"])


# ------------------------------------------------------------------------------- createCommitOnBranch


def _create(graphql: Api, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
    headline, _, body = message.partition("\n")
    wanted = {
        "branch": {"repositoryNameWithOwner": change.repo.path, "branchName": change.branch},
        "message": {"headline": headline, "body": body.strip("\n")},
        "expectedHeadOid": expected,
        "fileChanges": {
            "additions": [
                {"path": file.name, "contents": b64encode(file.content).decode()}
                for file in files
                if file.content is not None
            ],
            "deletions": [{"path": file.name} for file in files if file.content is None],
        },
    }
    asked = {"query": _MUTATION, "variables": {"input": wanted}}
    answer = graphql.post("graphql", body=asked).data
    for error in answer.get("errors") or ():
        raise _refusal(str(error.get("type", "")), str(error.get("message", "")))
    made = answer["data"]["createCommitOnBranch"]["commit"]
    return Committed(Sha(made["oid"]), message, made["url"])


def _refusal(kind: str, why: str) -> Exception:
    """Say what an error of GraphQL's means."""
    match kind:
        case "STALE_DATA":
            return Conflict("The branch moved since it was looked at.")
        case "RATE_LIMITED":
            return Unavailable("GitHub asks us to slow down.", 60.0)
        case _ if why.startswith(_TROUBLE):
            return Unavailable(f"GitHub does not work at the moment: {why}")
        case _ if kind in _NOT_ALLOWED:
            return Forbidden(f"GitHub does not let the app push there: {why}")
    return _meaning(why, None)


def _meaning(why: str, failed: Failed | None) -> Refused:
    """Tell what is forbidden from what is wrong. Rulesets have no type of their own, only words."""
    if any(words in why.lower() for words in _RULES):
        return Forbidden(f"GitHub does not let the app push there: {' '.join(why.split())}")
    if "fast forward" in why.lower() or "expected branch to point to" in why.lower():
        return Conflict("The branch moved since it was looked at.")
    return failed or Refused(f"GitHub refused the commit: {' '.join(why.split()) or 'without a reason'}")


# ------------------------------------------------------------------------------------- git's objects


def _by_objects(api: Api, change: Change, files: Sequence[Write], message: str, expected: Sha) -> Committed:
    """Commit files whose mode createCommitOnBranch would lose."""
    made = _objects(api, files, message, expected)
    branch = api.find("git", "ref", "heads", *change.branch.split("/"))
    if branch is None or branch["object"]["sha"] != expected:
        raise Conflict("The branch moved since it was looked at.")
    _move(api, change.branch, made.sha, force=False)
    return made


def _objects(api: Api, files: Sequence[Write], message: str, parent: Sha) -> Committed:
    base = api.get("git", "commits", parent)["tree"]["sha"]
    entries = [_entry(api, file) for file in files]
    tree = api.post("git", "trees", body={"base_tree": base, "tree": entries}, paced=False).data["sha"]
    wanted = {"message": message, "tree": tree, "parents": [parent]}
    made = api.post("git", "commits", body=wanted).data
    return Committed(Sha(made["sha"]), message, made["html_url"])


def _entry(api: Api, file: Write) -> Json:
    if file.content is None:
        return {"path": file.name, "mode": _PLAIN, "type": "blob", "sha": None}
    blob = {"content": b64encode(file.content).decode(), "encoding": "base64"}
    sha = api.post("git", "blobs", body=blob, paced=False).data["sha"]
    return {"path": file.name, "mode": file.mode, "type": "blob", "sha": sha}


def _move(api: Api, branch: str, sha: Sha, *, force: bool) -> None:
    try:
        api.patch("git", "refs", "heads", *branch.split("/"), body={"sha": sha, "force": force})
    except Failed as failed:
        raise _meaning(failed.message, failed) from failed
