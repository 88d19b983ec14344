"""Serve repositories, their commits and files."""

from __future__ import annotations

import base64
from typing import Any

from tests.forges.git import Entry
from tests.forges.github.api import Call, Routes
from tests.forges.github.failures import Failed, not_found
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"
MOST_INLINE = 1024 * 1024


@ROUTES.on(f"GET {REPO}", "metadata:read")
def repository(call: Call) -> Answer:
    """Describe a repository."""
    counts = {"network_count": 0, "subscribers_count": 0}
    return Answer(json={**call.shapes.repo(call.repo, "full-repository"), **counts})


@ROUTES.on(f"GET {REPO}/commits", "contents:read")
def commits(call: Call) -> Answer:
    """List commits from a branch or a commit backwards."""
    start = call.repo.git.commit_id(call.request.query.get("sha", call.repo.default_branch))
    if start is None:
        raise not_found()
    found = call.repo.git.log(start, 1000)
    shown, links = call.page([call.shapes.commit(call.repo, commit) for commit in found])
    return Answer(json=shown, headers=links)


# ---------------------------------------------------------------------------------------------- files


@ROUTES.on(f"GET {REPO}/contents/{{path}}", "contents:read")
def contents(call: Call) -> Answer:
    """Give a file, as JSON or raw."""
    commit = call.repo.git.commit_id(call.request.query.get("ref", call.repo.default_branch))
    if commit is None:
        raise Failed(404, f"No commit found for the ref {call.request.query.get('ref')}")
    entry = call.repo.git.entry(commit, call.params["path"])
    if entry is None or entry.kind != "blob":
        raise not_found()
    content = call.repo.git.blob(entry.id)
    if call.raw:
        return Answer(raw=content)
    return Answer(json=_content_file(call, entry, content))


def _content_file(call: Call, entry: Entry, content: bytes) -> Json:
    url = f"{call.shapes.repo_url(call.repo)}/contents/{entry.path}"
    git_url = f"{call.shapes.repo_url(call.repo)}/git/blobs/{entry.id}"
    page = f"{call.shapes.web}/{call.repo.path}/blob/{call.request.query.get('ref', 'main')}/{entry.path}"
    small = len(content) <= MOST_INLINE
    return {
        "type": "file",
        "encoding": "base64" if small else "none",
        "size": len(content),
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "content": base64.encodebytes(content).decode() if small else "",
        "sha": entry.id,
        "url": url,
        "git_url": git_url,
        "html_url": page,
        "download_url": None,
        "_links": {"git": git_url, "self": url, "html": page},
    }
