"""Serve the making of commits: many files in one, on top of a branch (doc/api/commits.md)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.forges.git import File, Person
from tests.forges.gitlab import notation
from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import Failed, bad, not_found
from tests.forges.gitlab.operations import CODE
from tests.forges.gitlab.routes.repository import last_commit
from tests.forges.gitlab.world import Repo
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
Changes = dict[str, File | None]
"""Path to the file that is to stand there; None deletes."""
_ACTION = notation.validator(
    notation.table(
        "action:=create,delete,move,update,chmod file_path:str ~previous_path:str ~content:str "
        "~encoding:=text,base64 ~last_commit_id:sha ~execute_filemode:bool"
    ),
    {},
)


@ROUTES.on(f"POST {CODE}/commits")
def create_commit(call: Call) -> Answer:
    """Commit actions onto a branch, one that is made for it where a start is named.

    Nothing says where the branch must point: `last_commit_id` guards one file, on update, move and delete."""
    told, repo = call.body, call.repo
    branch = told["branch"]
    before = repo.git.ref(f"refs/heads/{branch}")
    if not call.world.may_push(call.user, repo, branch):
        raise Failed(403, "You are not allowed to push into this branch")
    parent = _parent(call, before)
    changes: Changes = {}
    for action in told.get("actions") or []:
        _hold(_ACTION, action)
        changes |= _change(repo, parent, action, changes)
    if not changes and not told.get("allow_empty"):
        raise bad("actions is missing")
    who = Person(told.get("author_name") or call.user.name, told.get("author_email") or call.user.email)
    sha = repo.git.write(
        branch,
        changes,
        message=told["commit_message"],
        author=who,
        committer=call.user.person,
        at=call.world.now(),
        parent=parent,
    )
    call.api.acts.echo_push(repo, branch, before, call.user)
    return Answer(201, call.shapes.commit_detail(repo, repo.git.commit(sha), stats=told.get("stats", True)))


def _parent(call: Call, before: str | None) -> str:
    """Give the commit to build on: where the branch points, or the start that is named for a new one."""
    told, branch = call.body, call.body["branch"]
    start = told.get("start_sha") or told.get("start_branch")
    if told.get("start_sha") and told.get("start_branch"):
        raise bad("start_branch, start_sha are mutually exclusive")
    if start is None:
        if before is None:
            raise bad("You can only create or edit files when you are on a branch")
        return before
    source = call.repo
    if "start_project" in told:
        found = call.world.repo_of(str(told["start_project"]))
        if not found or not call.world.sees(call.user, found):
            raise not_found("Project")
        source = found
    if before is not None and not told.get("force") and told.get("start_branch") != branch:
        raise bad(f"A branch called '{branch}' already exists. Switch to that branch in order to make changes")
    commit = source.git.commit_id(start)
    if not commit:
        raise bad(
            f"Cannot find start_sha '{start}'" if told.get("start_sha") else f"Invalid reference name: {start}"
        )
    return commit


def _change(repo: Repo, parent: str, action: Json, so_far: Changes) -> Changes:
    """Do one action on top of those before it."""
    path = action["file_path"]
    before = str(action.get("previous_path")) if action["action"] == "move" else path
    if ".." in path.split("/") or path.startswith("/"):
        raise bad("Path cannot include directory traversal")
    found = so_far[before] if before in so_far else _standing(repo, parent, before)
    if action["action"] == "create":
        if found:
            raise bad("A file with this name already exists")
        return {path: File(_large(repo, parent, path, _content(repo, action)))}
    if not found:
        raise bad("A file with this name doesn't exist")
    guard = action.get("last_commit_id")
    if guard and guard != last_commit(repo, parent, before):
        done = action["action"]
        raise bad(f"You are attempting to {done} a file that has changed since you started editing it.")
    match action["action"]:
        case "delete":
            return {path: None}
        case "chmod":
            return {path: File(found.content, "100755" if action.get("execute_filemode") else "100644")}
        case "move":
            moved = _content(repo, action) if "content" in action else found.content
            return {before: None, path: File(moved, found.mode)}
    return {path: File(_content(repo, action), found.mode)}


def _standing(repo: Repo, parent: str, path: str) -> File | None:
    found = repo.git.entry(parent, path)
    return File(repo.git.blob(found.id), found.mode) if found and found.kind == "blob" else None


def _content(repo: Repo, action: Json) -> bytes:
    text = action.get("content", "")
    try:
        given = base64.b64decode(text, validate=True) if action.get("encoding") == "base64" else str(text).encode()
    except binascii.Error as error:
        raise bad("invalid base64") from error
    return _rewritten(repo, action["file_path"], given)


def _rewritten(repo: Repo, path: str, content: bytes) -> bytes:
    """Keep a file as Gitaly's git does, which has `core.autocrlf=input` in force: a text's CR LF become LF."""
    if b"\r\n" not in content:
        return content
    asked = ("hash-object", "-w", "--stdin", f"--path={path}")
    return repo.git.blob(repo.git.line("-c", "core.autocrlf=input", *asked, given=content))


def _large(repo: Repo, parent: str, path: str, content: bytes) -> bytes:
    """Keep what is created where git LFS is in force in its store, and a pointer in git; a pointer, too.

    app/services/files/multi_service.rb, lib/lfs/file_transformer.rb: of actions, `create` alone."""
    if not repo.lfs_enabled or not _tracked(repo, parent, path):
        return content
    oid = hashlib.sha256(content).hexdigest()
    repo.large[oid] = content
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()


def _tracked(repo: Repo, parent: str, path: str) -> bool:
    """Does `.gitattributes` name git LFS for a path? As git itself reads it, by an index of the commit."""
    if not repo.git.entry(parent, ".gitattributes"):
        return False
    index = {"GIT_INDEX_FILE": str(repo.git.folder / f"index.{secrets.token_hex(4)}")}
    try:
        repo.git.run("read-tree", parent, environment=index)
        told = repo.git.line("check-attr", "--cached", "filter", "--", path, environment=index)
    finally:
        Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    return told.endswith(": filter: lfs")


def _hold(validator: jsonschema_rs.Validator, action: Json) -> None:
    wrong = notation.errors(validator, action)
    if wrong:
        raise bad(f"actions: {'; '.join(wrong)}")
