"""List the workflow runs of GitHub Actions on a commit."""

from __future__ import annotations

from typing import Any

from bots.forge import Change, Pipeline, PipelineState, Repo
from bots.github.client import Api
from diffing.words import Sha

Json = Any

_ENDS = {
    "success": PipelineState.SUCCEEDED,
    "neutral": PipelineState.SUCCEEDED,
    # These drew nothing. One that waits for a maintainer's approval may wait forever, and will end once more.
    "cancelled": PipelineState.CANCELLED,
    "skipped": PipelineState.CANCELLED,
    "stale": PipelineState.CANCELLED,
    "action_required": PipelineState.CANCELLED,
}


def at_head(api: Api, change: Change) -> list[Pipeline]:
    """Give the runs on the change's head; GitHub lists each by its newest attempt."""
    runs = api.pages("actions", "runs", key="workflow_runs", params={"head_sha": change.head})
    return [describe(change.repo, run) for run in runs if run["head_sha"] == change.head and _ours(run, change)]


def _ours(run: Json, change: Change) -> bool:
    """Is a run of this change's branch, or of the repository itself?

    Not of somebody's who opened another pull request with the same commit: that ran on another merge."""
    source = run.get("head_repository")
    return source is None or str(source["id"]) in {change.head_repo, change.repo.id}


def describe(repo: Repo, run: Json) -> Pipeline:
    """Put GitHub's workflow run into words."""
    return Pipeline(
        repo=repo,
        id=str(run["id"]),
        attempt=run.get("run_attempt") or 1,
        source=f"{run['workflow_id']}:{run['event']}",
        title=run.get("name") or run.get("display_title") or "workflow",
        url=run["html_url"],
        head=Sha(run["head_sha"]),
        state=_state(run),
    )


def _state(run: Json) -> PipelineState:
    if run["status"] != "completed":
        return PipelineState.RUNNING
    return _ENDS.get(run["conclusion"], PipelineState.FAILED)
