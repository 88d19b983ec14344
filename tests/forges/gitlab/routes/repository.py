"""Serve what lies in git: trees, blobs, files, commits, comparisons."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tests.forges.git import ZERO, Entry, Rejected
from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import bad, not_found
from tests.forges.gitlab.operations import CODE, PULL
from tests.forges.gitlab.world import Repo
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


@ROUTES.on(f"GET {CODE}/tree", needs="code")
def tree(call: Call) -> Answer:
    """List a tree; `pagination=keyset` leads on by the last entry's id, and knows no totals."""
    folder = call.request.query.get("path", "").strip("/")
    start = f"{_commit(call, call.request.query.get('ref', ''), 'Tree')}:{folder}"
    try:
        entries = call.repo.git.tree(start, recursive=call.query.get("recursive", False))
    except Rejected as error:
        raise not_found("invalid revision or path") from error
    shown = [call.shapes.entry(_below(folder, entry)) for entry in entries]
    return _keyset(call, shown) if call.request.query.get("pagination") == "keyset" else call.page(shown)


def _below(folder: str, entry: Entry) -> Entry:
    path = f"{folder}/{entry.path}" if folder else entry.path
    return Entry(entry.mode, entry.kind, entry.id, entry.size, path)


def _keyset(call: Call, shown: list[Json]) -> Answer:
    size = max(1, min(int(call.request.query.get("per_page", 20)), 100))
    token = call.request.query.get("page_token", "")
    tokens = [_token(entry) for entry in shown]
    if token and token not in tokens:
        raise bad("Invalid page token")
    at = tokens.index(token) + 1 if token else 0
    page = shown[at : at + size]
    more = at + size < len(shown)
    headers = {"X-Per-Page": str(size)}
    if more:
        headers["Link"] = f'<{call.url(page_token=_token(page[-1]))}>; rel="next"'
        headers["X-Next-Page"] = _token(page[-1])
    return Answer(json=page, headers=headers)


def _token(entry: Json) -> str:
    """Give what leads on from an entry: nothing that a client should look into."""
    return hashlib.sha1(entry["path"].encode(), usedforsecurity=False).hexdigest()


@ROUTES.on(f"GET {CODE}/blobs/:sha", needs="code")
def blob(call: Call) -> Answer:
    """Give a blob in base64."""
    content = _blob(call)
    encoded = base64.b64encode(content).decode()
    return Answer(json={"size": len(content), "encoding": "base64", "content": encoded, "sha": call.params["sha"]})


@ROUTES.on(f"GET {CODE}/blobs/:sha/raw", needs="code")
def raw_blob(call: Call) -> Answer:
    """Give a blob's bytes."""
    return Answer(raw=_blob(call))


def _blob(call: Call) -> bytes:
    sha = call.params["sha"]
    if call.repo.git.kind(sha) != "blob":
        raise not_found("Blob")
    return call.repo.git.blob(sha)


@ROUTES.on(f"GET {CODE}/files/:path", needs="code")
def file(call: Call) -> Answer:
    """Give a file in base64, with what is known of it."""
    return Answer(json=_file(call))


@ROUTES.on(f"HEAD {CODE}/files/:path", needs="code")
def file_headers(call: Call) -> Answer:
    """Tell what is known of a file in headers."""
    told = {name: value for name, value in _file(call).items() if name != "content"}
    headers = {f"X-Gitlab-{name.replace('_', '-').title()}": _header(value) for name, value in told.items()}
    return Answer(raw=b"", headers=headers)


def _header(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else quote(str(value), safe="/ ")


@ROUTES.on(f"GET {CODE}/files/:path/raw", needs="code")
def raw_file(call: Call) -> Answer:
    """Give a file's bytes; with `lfs=true`, those that its pointer stands for."""
    content = base64.b64decode(_file(call)["content"])
    if call.query.get("lfs") and content.startswith(_POINTER):
        oid = content.decode().split("sha256:")[1].split("\n")[0]
        content = call.repo.large.get(oid, content)
    return Answer(raw=content)


def _file(call: Call) -> Json:
    path, ref = call.params["path"], call.request.query.get("ref", "HEAD")
    commit = _commit(call, "" if ref == "HEAD" else ref, "Commit")
    found = call.repo.git.entry(commit, path)
    if not found or found.kind != "blob":
        raise not_found("File")
    content = call.repo.git.blob(found.id)
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": ref,
        "blob_id": found.id,
        "commit_id": commit,
        "last_commit_id": last_commit(call.repo, commit, path),
        "execute_filemode": found.mode == "100755",
        "content": base64.b64encode(content).decode(),
    }


def last_commit(repo: Repo, start: str, path: str) -> str:
    """Give the last commit that touched a path."""
    return repo.git.line("log", "-1", "--format=%H", start, "--", f":(literal){path}")


# --------------------------------------------------------------------------------------------- commits


@ROUTES.on(f"GET {CODE}/commits", needs="code")
def commits(call: Call) -> Answer:
    """List the commits of a branch, newest first; there are no totals."""
    start = _commit(call, call.request.query.get("ref_name", ""), "")
    size = max(1, min(int(call.request.query.get("per_page", 20)), 100))
    page = max(1, int(call.request.query.get("page", 1)))
    path = call.request.query.get("path")
    found = call.repo.git.run(
        "rev-list", f"--max-count={size + 1}", f"--skip={(page - 1) * size}", start, "--", *_literal(path)
    )
    shas = found.decode().split()
    shown = [call.shapes.commit(call.repo, call.repo.git.commit(sha)) for sha in shas[:size]]
    more = f'<{call.url(page=str(page + 1))}>; rel="next"' if len(shas) > size else ""
    headers = {"X-Page": str(page), "X-Per-Page": str(size), "X-Next-Page": str(page + 1) if more else ""}
    return Answer(json=shown, headers={**headers, **({"Link": more} if more else {})})


def _literal(path: str | None) -> Sequence[str]:
    return [f":(literal){path}"] if path else []


@ROUTES.on(f"GET {CODE}/commits/:sha", needs="code")
def commit(call: Call) -> Answer:
    """Describe a commit, or the one that a branch points to."""
    found = call.repo.git.commit(_commit(call, call.params["sha"], "Commit"))
    return Answer(json=call.shapes.commit_detail(call.repo, found, stats=call.query.get("stats", True)))


@ROUTES.on(f"GET {CODE}/commits/:sha/refs", needs="code")
def refs(call: Call) -> Answer:
    """List the branches that hold a commit."""
    sha = _commit(call, call.params["sha"], "Commit")
    names = call.repo.git.run("for-each-ref", "--format=%(refname:lstrip=2)", f"--contains={sha}", "refs/heads")
    return call.page([{"type": "branch", "name": name} for name in names.decode().split()])


@ROUTES.on(f"GET {CODE}/commits/:sha/diff", needs="code")
def commit_diff(call: Call) -> Answer:
    """List the files that a commit changed."""
    found = call.repo.git.commit(_commit(call, call.params["sha"], "Commit"))
    before = found.parents[0] if found.parents else call.repo.git.write_tree(None, [])
    return call.page(diffs(call.repo, before, found.sha))


@ROUTES.on(f"GET {CODE}/commits/:sha/merge_requests", needs="code")
def pulls_of_commit(call: Call) -> Answer:
    """List the merge requests that a commit is part of."""
    sha = _commit(call, call.params["sha"], "Commit")
    state = call.request.query.get("state", "all")
    found = [
        pull
        for pull in call.repo.pulls.values()
        if state in {"all", pull.state}
        and call.repo.git.contains(sha, pull.head)
        and not call.repo.git.contains(sha, pull.merge_base)
    ]
    return call.page([call.shapes.pull_basic(pull) for pull in found])


@ROUTES.on(f"GET {PULL}/commits", needs="code")
def pull_commits(call: Call) -> Answer:
    """List a merge request's commits, newest first."""
    pull = call.pull
    shas = pull.repo.git.run("rev-list", f"{pull.merge_base}..{pull.head}").decode().split()
    return call.page([call.shapes.commit(pull.repo, pull.repo.git.commit(sha)) for sha in shas])


@ROUTES.on(f"GET {PULL}/diffs", needs="code")
def pull_diffs(call: Call) -> Answer:
    """List the files that a merge request changes."""
    return call.page(diffs(call.repo, call.pull.merge_base, call.pull.head))


@ROUTES.on(f"GET {CODE}/compare", needs="code")
def compare(call: Call) -> Answer:
    """Compare two refs: from where they went apart, or `straight`."""
    query = call.request.query
    old, new = _commit(call, query["from"], "Ref"), _commit(call, query["to"], "Ref")
    base = old if call.query.get("straight") else call.repo.git.line("merge-base", old, new)
    shas = call.repo.git.run("rev-list", "--reverse", f"{base}..{new}").decode().split()
    shown = [call.shapes.commit(call.repo, call.repo.git.commit(sha)) for sha in shas]
    return Answer(
        json={
            "commit": shown[-1] if shown else None,
            "commits": shown,
            "diffs": diffs(call.repo, base, new),
            "compare_timeout": False,
            "compare_same_ref": old == new,
            "web_url": f"{call.shapes.web}/{call.repo.path}/-/compare/{old}...{new}",
        }
    )


@ROUTES.on(f"GET {CODE}/merge_base", needs="code")
def merge_base(call: Call) -> Answer:
    """Give the commit from which refs went apart."""
    shas = [_commit(call, ref, "Ref") for ref in call.many("refs")]
    if len(shas) < 2:
        raise bad("Provide at least 2 refs")
    found = call.repo.git.line("merge-base", *shas)
    return Answer(json=call.shapes.commit(call.repo, call.repo.git.commit(found)))


def diffs(repo: Repo, old: str, new: str) -> list[Json]:
    """List what differs between two commits, without the lines themselves."""
    printed = repo.git.run("diff-tree", "-r", "--no-renames", "-z", old, new).decode().split("\0")
    return [_diff(head, path) for head, path in zip(printed[::2], printed[1::2], strict=False)]


def _diff(head: str, path: str) -> Json:
    before, after, old, new, _ = head.lstrip(":").split(" ")
    return {
        "diff": "",
        "new_path": path,
        "old_path": path,
        "a_mode": before.removeprefix("0") if old == ZERO else before,
        "b_mode": after,
        "new_file": old == ZERO,
        "renamed_file": False,
        "deleted_file": new == ZERO,
        "generated_file": False,
        "collapsed": False,
        "too_large": False,
    }


def _commit(call: Call, word: str, what: str) -> str:
    """Give the commit that a branch or an id means, where it is in this project (or its fork network)."""
    found = call.repo.git.commit_id(word or call.repo.default_branch)
    if not found:
        raise not_found(what)
    return found
