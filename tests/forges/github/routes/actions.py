"""Serve workflow runs and artifacts."""

from __future__ import annotations

from typing import Any

from tests.forges.github.api import Call, Routes
from tests.forges.github.failures import Failed, not_found
from tests.forges.github.world import Artifact, WorkflowRun
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"


@ROUTES.on(f"GET {REPO}/actions/runs", "actions:read")
def runs(call: Call) -> Answer:
    """List workflow runs, the newest first."""
    found = [run for run in reversed(call.repo.runs.values()) if _wanted(run, call.request.query)]
    shown, links = call.page([call.shapes.workflow_run(run) for run in found])
    return Answer(json={"total_count": len(found), "workflow_runs": shown}, headers=links)


def _wanted(run: WorkflowRun, query: Any) -> bool:
    return (
        query.get("head_sha", run.head) == run.head
        and query.get("branch", run.branch) == run.branch
        and query.get("event", run.event) == run.event
        and query.get("actor", run.actor.login) == run.actor.login
        and query.get("status", run.last.status) in {run.last.status, run.last.conclusion}
    )


@ROUTES.on(f"GET {REPO}/actions/runs/{{run_id}}", "actions:read")
def workflow_run(call: Call) -> Answer:
    """Describe a run by its newest attempt."""
    return Answer(json=call.shapes.workflow_run(_run(call)))


@ROUTES.on(f"GET {REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}", "actions:read")
def attempt(call: Call) -> Answer:
    """Describe one attempt of a run."""
    run, number = _run(call), int(call.params["attempt_number"])
    found = next((one for one in run.attempts if one.number == number), None)
    if not found:
        raise not_found()
    return Answer(json=call.shapes.workflow_run(run, found))


def _run(call: Call) -> WorkflowRun:
    found = call.repo.runs.get(int(call.params["run_id"]))
    if not found:
        raise not_found()
    return found


@ROUTES.on(f"GET {REPO}/actions/runs/{{run_id}}/artifacts", "actions:read")
def artifacts(call: Call) -> Answer:
    """List what a run kept, in all of its attempts: the list knows no attempts."""
    name = call.request.query.get("name")
    found = [artifact for artifact in _run(call).artifacts if name in {None, artifact.name}]
    shown, links = call.page([call.shapes.artifact(artifact) for artifact in found])
    return Answer(json={"total_count": len(found), "artifacts": shown}, headers=links)


@ROUTES.on(f"GET {REPO}/actions/artifacts/{{artifact_id}}", "actions:read")
def artifact(call: Call) -> Answer:
    """Describe an artifact."""
    return Answer(json=call.shapes.artifact(_artifact(call)))


@ROUTES.on(f"GET {REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}", "actions:read")
def download(call: Call) -> Answer:
    """Lead to the zip on another host, for a minute."""
    found = _artifact(call)
    if call.params["archive_format"] != "zip":
        raise not_found()
    if found.expired:
        raise Failed(410, "Artifact has expired")
    return Answer(302, headers={"Location": call.world.store.offer(found.content, found.name)})


def _artifact(call: Call) -> Artifact:
    wanted = int(call.params["artifact_id"])
    every = (artifact for run in call.repo.runs.values() for artifact in run.artifacts)
    found = next((artifact for artifact in every if artifact.id == wanted), None)
    if not found:
        raise not_found()
    return found
