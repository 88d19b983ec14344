"""Find and describe pull requests."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

from bots.forge import Change, Committed, Repo
from bots.github.client import Api
from bots.github.limits import Failed
from diffing.words import NoSuch, Sha

Json = Any
CONFIG = ".golddigger.yml"
_LOOKED_THROUGH = 300
"""So many of the newest open pull requests are looked through for a head that nothing else leads to."""


def find(api: Api, repo: Repo, number: str) -> Change:
    """Describe a pull request as it stands now."""
    pull = api.find("pulls", number)
    if pull is None:
        raise NoSuch(f"There is no pull request #{number} in {repo.path}, or the app may not see it.")
    return describe(repo, pull)


def at_head(api: Api, repo: Repo, head: Sha, branch: str | None, head_path: str | None) -> list[Change]:
    """Give the open pull requests whose head is this commit now.

    By branch where it is known; else by commit, which GitHub only knows of the repository's own branches; and
    last, for forks, among the newest that are open."""
    if branch is not None:
        owner = (head_path or repo.path).partition("/")[0]
        return _heads(repo, api.pages("pulls", params={"state": "open", "head": f"{owner}:{branch}"}), head)
    return _heads(repo, _of_commit(api, head), head) or _heads(repo, _newest(api), head)


def _of_commit(api: Api, head: Sha) -> list[Json]:
    try:
        return list(api.pages("commits", head, "pulls"))
    except Failed as failed:
        if failed.status in {404, 422}:  # a commit that only a fork has
            return []
        raise


def _newest(api: Api) -> list[Json]:
    newest = {"state": "open", "sort": "updated", "direction": "desc"}
    return list(islice(api.pages("pulls", params=newest), _LOOKED_THROUGH))


def _heads(repo: Repo, pulls: Any, head: Sha) -> list[Change]:
    described = [describe(repo, pull) for pull in pulls]
    return [change for change in described if change.open and change.head == head]


def describe(repo: Repo, pull: Json) -> Change:
    """Put GitHub's pull request into words."""
    head_repo = pull["head"]["repo"] or {}  # None where a fork was deleted
    told = pull["base"]["repo"]  # newer than any delivery: it may have become private, or have another name
    return Change(
        repo=replace(repo, path=told["full_name"], private=told["private"]),
        number=str(pull["number"]),
        title=pull["title"],
        author=(pull["user"] or {}).get("login", "ghost"),
        url=pull["html_url"],
        branch=pull["head"]["ref"],
        head=Sha(pull["head"]["sha"]),
        head_repo=str(head_repo.get("id", "")),
        head_path=head_repo.get("full_name", ""),
        base_branch=pull["base"]["ref"],
        base=Sha(pull["base"]["sha"]),
        open=pull["state"] == "open",
    )


def config(api: Api, change: Change) -> bytes | None:
    """Give the configuration as it stands in the base branch; None where there is none.

    By the branch, not by `change.base`: there the branch stood when the pull request was last pushed to."""
    try:
        return api.raw("contents", CONFIG, params={"ref": f"refs/heads/{change.base_branch}"})
    except Failed as failed:
        if failed.status == 404:
            return None
        raise


def history(api: Api, change: Change, most: int) -> list[Committed]:
    """Give the newest commits of the branch. A fork's are asked of the base, which has them too."""
    start = change.head if change.fork else change.branch
    commits = islice(api.pages("commits", params={"sha": start}), most)
    return [Committed(Sha(each["sha"]), each["commit"]["message"], each["html_url"]) for each in commits]
