"""Find and describe merge requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from bots.forge import Change, Committed, Repo
from bots.gitlab.client import Api, Client
from bots.gitlab.limits import Failed
from diffing.words import NoSuch, Refused, Sha, Unavailable

Json = Any
CONFIG = ".golddigger.yml"
_PREPARES = 5.0


def find(client: Client, repo: Repo, number: str) -> Change:
    """Describe a merge request as it stands now."""
    told = client.on(repo.id).find("merge_requests", number)
    if told is None:
        raise NoSuch(f"There is no merge request !{number} in {repo.path}, or the bot may not see it.")
    return describe(client, repo, told)


def at_head(client: Client, repo: Repo, head: Sha, branch: str | None) -> list[Change]:
    """Give the open merge requests whose head is this commit now: by branch where it is known, else by commit."""
    api = client.on(repo.id)
    if branch is not None:
        listed = api.pages("merge_requests", params={"state": "opened", "source_branch": branch})
    else:
        listed = iter(_of_commit(api, head))
    numbers = [str(each["iid"]) for each in listed if each["state"] == "opened" and each.get("sha") == head]
    changes = [find(client, repo, number) for number in numbers]
    return [change for change in changes if change.open and change.head == head]


def _of_commit(api: Api, head: Sha) -> list[Json]:
    try:
        return list(api.pages("repository", "commits", head, "merge_requests"))
    except Failed as failed:
        if failed.status == 404:  # a commit that only a fork has
            return []
        raise


def describe(client: Client, repo: Repo, told: Json) -> Change:
    """Put GitLab's merge request into words."""
    base = told.get("diff_refs") or {}
    head = told.get("sha") or base.get("head_sha")
    if not head:
        raise Unavailable(f"GitLab still prepares the merge request !{told['iid']}.", _PREPARES)
    source = told.get("source_project_id")  # None where a fork was deleted
    repo = told_newly(client, repo)
    return Change(
        repo=repo,
        number=str(told["iid"]),
        title=told["title"],
        author=(told.get("author") or {}).get("username", "ghost"),
        url=told["web_url"],
        branch=told["source_branch"],
        head=Sha(head),
        head_repo=str(source or ""),
        head_path=repo.path if str(source) == repo.id else _path(client, source),
        base_branch=told["target_branch"],
        base=Sha(base.get("start_sha") or _tip(client.on(repo.id), told["target_branch"])),
        open=told["state"] == "opened",
        quiet=str(source) != repo.id,  # CI runs in the fork's own project, where there is no webhook of ours
    )


def told_newly(client: Client, repo: Repo) -> Repo:
    """Describe a project as it stands now: it may have become private, or have another name."""
    told = client.on(repo.id).find()
    if told is None:
        raise Refused(f"The project {repo.path} is gone, or the bot is no member of it any more.")
    return replace(repo, path=told["path_with_namespace"], private=not for_everybody(told))


def for_everybody(project: Json) -> bool:
    """May somebody without an account see a project's files and what its jobs kept?"""
    features = (project.get(f"{name}_access_level", "enabled") for name in ("repository", "builds"))
    return (
        project.get("visibility") == "public"
        and all(each == "enabled" for each in features)
        and project.get("public_jobs", project.get("public_builds", True)) is not False
    )


def _path(client: Client, project: Json) -> str:
    """Give a fork's path; empty where it is gone or hidden."""
    told = client.on(str(project)).find() if project else None
    return str(told["path_with_namespace"]) if told else ""


def _tip(api: Api, branch: str) -> str:
    told = api.find("repository", "branches", branch)
    return str(told["commit"]["id"]) if told else ""


def config(api: Api, change: Change) -> bytes | None:
    """Give the configuration as it stands in the base branch; None where there is none.

    By the branch, not by `change.base`: there the branch stood when the merge request was last pushed to."""
    try:
        return api.raw("repository", "files", CONFIG, "raw", params={"ref": f"refs/heads/{change.base_branch}"})
    except Failed as failed:
        if failed.status == 404:
            return None
        raise


def history(client: Client, change: Change, most: int) -> list[Committed]:
    """Give the newest commits of the branch. A fork's are asked of the base, which has them too."""
    start = change.head if change.fork else f"refs/heads/{change.branch}"
    listed: Iterable[Json] = client.on(change.repo.id).pages("repository", "commits", params={"ref_name": start})
    return [committed(each) for each in islice(listed, most)]


def committed(told: Json) -> Committed:
    """Put a commit into words."""
    return Committed(Sha(told["id"]), told["message"], told.get("web_url") or "")
