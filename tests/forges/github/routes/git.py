"""Serve git's own objects and refs."""

from __future__ import annotations

import base64
from typing import Any

from tests.forges.git import Entry, Rejected
from tests.forges.github.api import Call, Routes
from tests.forges.github.failures import Failed, invalid, not_found
from tests.forges.github.world import Repo, node_id
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"


@ROUTES.on(f"GET {REPO}/git/trees/{{tree_sha}}", "contents:read")
def tree(call: Call) -> Answer:
    """Give a tree; any value of ``recursive`` makes it recursive."""
    sha = call.params["tree_sha"]
    if call.repo.git.kind(sha) not in {"tree", "commit"}:
        raise not_found()
    recursive = "recursive" in call.request.query
    entries = call.repo.git.tree(sha, recursive=recursive)
    cut = call.repo.truncated and recursive
    kept = entries[: len(entries) // 2] if cut else entries
    body = {
        "sha": sha,
        "url": f"{call.shapes.repo_url(call.repo)}/git/trees/{sha}",
        "tree": [_tree_entry(call, entry) for entry in kept],
        "truncated": cut,
    }
    return Answer(json=body)


def _tree_entry(call: Call, entry: Entry) -> Json:
    shown: Json = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.id}
    if entry.size is not None:
        shown["size"] = entry.size
    if entry.kind != "commit":
        shown["url"] = f"{call.shapes.repo_url(call.repo)}/git/{entry.kind}s/{entry.id}"
    return shown


@ROUTES.on(f"GET {REPO}/git/blobs/{{file_sha}}", "contents:read")
def blob(call: Call) -> Answer:
    """Give a blob, as JSON or raw."""
    sha = call.params["file_sha"]
    if call.repo.git.kind(sha) != "blob":
        raise not_found()
    content = call.repo.git.blob(sha)
    if call.raw:
        return Answer(raw=content)
    body = {
        **_short_blob(call, sha),
        "node_id": node_id("Blob", call.repo.id) + sha,
        "size": len(content),
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
    return Answer(json=body)


def _short_blob(call: Call, sha: str) -> Json:
    return {"sha": sha, "url": f"{call.shapes.repo_url(call.repo)}/git/blobs/{sha}"}


@ROUTES.on(f"POST {REPO}/git/blobs", "contents:write")
def new_blob(call: Call) -> Answer:
    """Keep a blob."""
    text = call.body["content"]
    content = base64.b64decode(text) if call.body.get("encoding") == "base64" else text.encode()
    return Answer(201, _short_blob(call, call.repo.git.write_blob(content)))


@ROUTES.on(f"POST {REPO}/git/trees", "contents:write")
def new_tree(call: Call) -> Answer:
    """Keep a tree, on top of another."""
    entries = [(entry["mode"], entry["path"], _entry_id(call, entry)) for entry in call.body["tree"]]
    try:
        sha = call.repo.git.write_tree(call.body.get("base_tree"), entries)
    except Rejected as rejected:
        raise invalid("Tree", "tree", str(rejected)) from rejected
    found = [_tree_entry(call, entry) for entry in call.repo.git.tree(sha, recursive=False)]
    url = f"{call.shapes.repo_url(call.repo)}/git/trees/{sha}"
    return Answer(201, {"sha": sha, "url": url, "tree": found, "truncated": False})


def _entry_id(call: Call, entry: Json) -> str | None:
    if "content" in entry:
        return call.repo.git.write_blob(entry["content"].encode())
    sha: str | None = entry["sha"]
    if sha is not None and entry["mode"] != "160000" and call.repo.git.kind(sha) is None:
        raise invalid("Tree", "tree", f"tree.sha {sha} is not a valid blob")
    return sha


@ROUTES.on(f"POST {REPO}/git/commits", "contents:write")
def new_commit(call: Call) -> Answer:
    """Keep a commit by the app, which GitHub signs."""
    git = call.repo.git
    if git.kind(call.body["tree"]) != "tree":
        raise invalid("Commit", "tree", "Tree SHA does not exist")
    for parent in call.body.get("parents", []):
        if git.kind(parent) != "commit":
            raise invalid("Commit", "parents", "Parent SHA does not exist or is not a commit object")
    author = call.world.app.bot.person
    committer = call.world.signer.person
    now = call.world.now()
    parents = call.body.get("parents", [])
    sha = git.write_commit(call.body["tree"], parents, call.body["message"], author, committer, now)
    return Answer(201, call.shapes.git_commit(call.repo, git.commit(sha)))


@ROUTES.on(f"GET {REPO}/git/commits/{{commit_sha}}", "contents:read")
def commit(call: Call) -> Answer:
    """Give a commit."""
    sha = call.params["commit_sha"]
    if call.repo.git.kind(sha) != "commit":
        raise not_found()
    return Answer(json=call.shapes.git_commit(call.repo, call.repo.git.commit(sha)))


# ----------------------------------------------------------------------------------------------- refs


@ROUTES.on(f"GET {REPO}/git/ref/{{ref}}", "contents:read")
def ref(call: Call) -> Answer:
    """Give a ref: the path leaves ``refs/`` out."""
    name = f"refs/{call.params['ref']}"
    if call.repo.git.ref(name) is None:
        raise not_found()
    return Answer(json=_ref(call, name))


def _ref(call: Call, name: str) -> Json:
    sha = call.repo.git.ref(name)
    url = f"{call.shapes.repo_url(call.repo)}/git"
    return {
        "ref": name,
        "node_id": node_id("Ref", call.repo.id) + name,
        "url": f"{url}/{name}",
        "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
    }


@ROUTES.on(f"POST {REPO}/git/refs", "contents:write")
def new_ref(call: Call) -> Answer:
    """Make a branch."""
    name, sha = call.body["ref"], call.body["sha"]
    if not name.startswith("refs/") or name.count("/") < 2:
        raise invalid("Reference", "ref", "Reference name must start with 'refs/' and have at least two slashes.")
    if call.repo.git.ref(name):
        raise Failed(422, "Reference already exists")
    if call.repo.git.kind(sha) != "commit":
        raise Failed(422, "Object does not exist")
    call.repo.git.move(name, sha)
    return Answer(201, _ref(call, name))


@ROUTES.on(f"PATCH {REPO}/git/refs/{{ref}}", "contents:write")
def move_ref(call: Call) -> Answer:
    """Move a branch; backwards only by force."""
    name, sha = f"refs/{call.params['ref']}", call.body["sha"]
    old = call.repo.git.ref(name)
    if old is None:
        raise Failed(422, "Reference does not exist")
    if call.repo.git.kind(sha) != "commit":
        raise Failed(422, "Object does not exist")
    branch = name.removeprefix("refs/heads/")
    if branch in call.repo.protected:
        raise Failed(422, f"Cannot update this protected ref {name}.")
    if not call.body.get("force") and not call.repo.git.contains(old, sha):
        raise Failed(422, "Update is not a fast forward")
    call.repo.git.move(name, sha)
    pushed(call, call.repo, branch, old)
    return Answer(json=_ref(call, name))


@ROUTES.on(f"DELETE {REPO}/git/refs/{{ref}}", "contents:write")
def delete_ref(call: Call) -> Answer:
    """Delete a branch."""
    name = f"refs/{call.params['ref']}"
    if call.repo.git.ref(name) is None:
        raise Failed(422, "Reference does not exist")
    call.repo.git.remove(name)
    return Answer(204)


def pushed(call: Call, repo: Repo, branch: str, before: str) -> None:
    """Let pull requests follow a branch that the app moved, and tell webhooks."""
    for pull in call.world.moved(repo, branch):
        if not pull.fork:
            call.world.tell("check_suite", "requested", pull.repo, call.world.app.bot, head=pull.head)
        call.world.tell("pull_request", "synchronize", pull.repo, call.world.app.bot, pull=pull, before=before)
