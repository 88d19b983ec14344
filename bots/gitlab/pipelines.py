"""List the pipelines of a merge request's head: its own, its branch's, and those that they started.

Which of them belong to a head is told in GitLab's "Merge request pipelines" and "Downstream pipelines". A
pipeline's own state counts commit statuses too, ours among them, so that it is taken from the jobs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from bots.forge import Change, Pipeline, PipelineState, Repo
from bots.gitlab.client import Api, Client
from bots.gitlab.limits import Failed
from bots.gitlab.payloads import path_in
from diffing.words import Sha

Json = Any

_BY_HAND = {"web", "api", "trigger", "chat", "webide"}
_OF_CHANGE = re.compile(r"refs/merge-requests/\d+/(head|merge|train)")
_STARTED = {"created", "waiting_for_resource", "preparing", "pending", "running", "scheduled", "canceling"}
_STARTED |= {"waiting_for_callback"}
_FAILED = {"failed"}
_HIDDEN = {403, 404}
_NEVER_DREW = {"canceled", "skipped"}
MOST = 20
"""So many of the newest pipelines of a head are looked at …"""
DEEPEST = 3
"""… and so many pipelines below each other."""


def at_head(client: Client, change: Change) -> list[Pipeline]:
    """Give the pipelines on the change's head, each with those that it started."""
    found: dict[str, Pipeline] = {}
    for told in _tops(client, change):
        for pipeline in _with_below(client, change, told, _source(told), DEEPEST) or ():
            found.setdefault(pipeline.id, pipeline)
    return list(found.values())


def head_pipeline(client: Client, change: Change) -> Json | None:
    """Give the pipeline that a merge request shows as its own; None where it has none on this head yet."""
    told = client.on(change.repo.id).find("merge_requests", change.number) or {}
    shown = told.get("head_pipeline")
    return shown if shown and _is_at_head(client, change, shown) else None


def _tops(client: Client, change: Change) -> Iterator[Json]:
    """Give the newest pipelines of the merge request and of its head, that nothing else started."""
    api = client.on(change.repo.id)
    of_change = api.get("merge_requests", change.number, "pipelines", params={"per_page": str(MOST)})
    of_commit = api.get("pipelines", params={"sha": change.head, "per_page": str(MOST)})
    every = {told["id"]: told for told in [*_of_fork(client, change), *of_change, *of_commit]}
    for told in every.values():
        # An external one holds what others say of the commit, we among them, and no job.
        if told.get("source") in {"external", "parent_pipeline"}:
            continue
        if _is_at_head(client, change, told) and _is_of_branch(change, told):
            yield told if "name" in told else _named(client, change, told)


def _of_fork(client: Client, change: Change) -> list[Json]:
    """Give the pipeline of a fork that the bot does not see, of which the merge request tells all the same.

    The list of its pipelines leaves that out (app/finders/ci/pipelines_for_merge_request_finder.rb)."""
    shown = head_pipeline(client, change) if change.fork else None
    return [shown] if shown else []


def _named(client: Client, change: Change, told: Json) -> Json:
    """Tell a pipeline's name too, which a merge request's own list leaves out (lib/api/merge_requests.rb)."""
    try:
        return client.on(_project(change.repo, told)).find("pipelines", str(told["id"])) or told
    except Failed as failed:
        if failed.status not in _HIDDEN:
            raise
        return told


def _is_at_head(client: Client, change: Change, told: Json) -> bool:
    if told["sha"] == change.head:
        return True
    if not re.fullmatch(rf"refs/merge-requests/{change.number}/(merge|train)", str(told.get("ref"))):
        return False
    merged = client.on(_project(change.repo, told)).find("repository", "commits", told["sha"])
    return merged is not None and change.head in merged.get("parent_ids", ())


def _is_of_branch(change: Change, told: Json) -> bool:
    """Is a pipeline of this change's branch? Not of another branch with the same commit, which ran on its own."""
    ref = str(told.get("ref"))
    return ref == change.branch or ref.startswith(f"refs/merge-requests/{change.number}/")


def _with_below(client: Client, change: Change, told: Json, source: str, left: int) -> list[Pipeline] | None:
    """Describe a pipeline, and those that its jobs started, wherever; None where the bot may not look."""
    project = _project(change.repo, told)
    repo = change.repo if project == change.repo.id else Repo(host=change.repo.host, id=project, path="")
    try:
        jobs, bridges = _inside(client.on(project), str(told["id"]))
    except Failed as failed:
        if failed.status not in _HIDDEN or project == change.repo.id:
            raise
        if left < DEEPEST:
            return None
        # A fork's own must not seem not to be there; what it kept is explained when it is asked for.
        return [describe(repo, told, [], [], head=change.head, source=source)]
    found: list[Pipeline] = []
    unseen: list[str] = []
    for name, below in _started(bridges) if left else ():
        inside = _with_below(client, change, below, f"{source}/{name}", left - 1)
        found += inside or ()
        unseen += [path_in(below.get("web_url")) or name] if inside is None else []
    top = describe(repo, told, jobs, bridges, head=change.head, source=source)
    return [replace(top, unseen=tuple(dict.fromkeys(unseen))), *found]


def _started(bridges: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Give the pipelines that bridges started, named by them: their own names are not told here."""
    for bridge in bridges:
        below = bridge.get("downstream_pipeline")
        if below:
            yield bridge["name"], {**below, "name": below.get("name") or bridge["name"]}


def _inside(api: Api, pipeline: str) -> tuple[list[Json], list[Json]]:
    """Give a pipeline's jobs, retried ones too, and its bridges to other pipelines."""
    jobs = api.pages("pipelines", pipeline, "jobs", params={"include_retried": "true"})
    return list(jobs), list(api.pages("pipelines", pipeline, "bridges"))


def describe(repo: Repo, told: Json, jobs: list[Json], bridges: list[Json], *, head: Sha, source: str) -> Pipeline:
    """Put GitLab's pipeline into words. `jobs`: all of them, retried ones too; so with `bridges` to others."""
    last = newest(jobs)
    return Pipeline(
        repo=repo,
        id=str(told["id"]),
        attempt=1 + len(jobs) - len(last),
        source=source,
        title=_title(told),
        url=told.get("web_url") or "",
        head=head,
        state=_state(told["status"], [*last, *newest(bridges)]),
        keepers=sum(_keeps(job) for job in last),
    )


def _keeps(job: Json) -> bool:
    """Has a job kept something? It has, though that may have expired: then the moment is left."""
    return bool((job.get("artifacts_file") or {}).get("filename") or job.get("artifacts_expire_at"))


def newest(jobs: Iterable[Json]) -> list[Json]:
    """Give the last try of each job."""
    return [own[-1] for own in tries(jobs)]


def tries(jobs: Iterable[Json]) -> list[list[Json]]:
    """Put the tries of each job together, oldest first: GitLab keeps each of them as a job of its own."""
    by_name: defaultdict[str, list[Json]] = defaultdict(list)
    for job in sorted(jobs, key=lambda job: int(job["id"])):
        by_name[job["name"]].append(job)
    return list(by_name.values())


def _state(told: str, jobs: list[Json]) -> PipelineState:
    states = {job["status"] for job in jobs}
    blocked = any(job["status"] == "manual" and not job.get("allow_failure") for job in jobs)
    waiting = states & (_STARTED - {"created"}) or ("created" in states and not blocked)
    if waiting or (not jobs and told in _STARTED):
        return PipelineState.RUNNING
    if any(job["status"] in _FAILED and not job.get("allow_failure") for job in jobs):
        return PipelineState.FAILED
    if states - {"manual", "created"} <= _NEVER_DREW and (states or told in _NEVER_DREW):
        return PipelineState.CANCELLED
    return PipelineState.FAILED if told in _FAILED and not jobs else PipelineState.SUCCEEDED


def _source(told: Json) -> str:
    """Name what was run, so that a later run of the same replaces it: one by hand is of the branch, too."""
    name = told.get("name") or ""
    if _OF_CHANGE.fullmatch(str(told.get("ref"))):
        return f"merge_request_event:{name}"
    source = str(told.get("source") or "push")
    return f"{'push' if source in _BY_HAND else source}:{name}"


def _title(told: Json) -> str:
    name = told.get("name")
    return str(name) if name else f"pipeline {told['id']}"


def _project(repo: Repo, told: Json) -> str:
    return str(told.get("project_id") or repo.id)
