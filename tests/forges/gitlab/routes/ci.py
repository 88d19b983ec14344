"""Serve pipelines, jobs and what they kept, and the statuses of commits."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import bad, forbidden, not_found
from tests.forges.gitlab.operations import CODE, PROJECT
from tests.forges.gitlab.runs import FINISHED
from tests.forges.gitlab.world import LEVELS, Artifact, Job, Pipeline, Status
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
_LONGEST_URL = 255


@ROUTES.on(f"GET {PROJECT}/pipelines", needs="code")
def pipelines(call: Call) -> Answer:
    """List pipelines, the newest first; those of children only where they are asked for."""
    query = call.request.query
    found = [
        one
        for one in reversed(call.repo.pipelines.values())
        if query.get("sha", one.sha) == one.sha
        and query.get("ref", one.ref) == one.ref
        and query.get("status", one.status) == one.status
        and query.get("name", one.name) == one.name
        and (one.source == query["source"] if "source" in query else one.source != "parent_pipeline")
    ]
    return call.page([call.shapes.pipeline_listed(one) for one in found])


@ROUTES.on(f"GET {PROJECT}/pipelines/:pipeline", needs="code")
def pipeline(call: Call) -> Answer:
    """Describe a pipeline."""
    return Answer(json=call.shapes.pipeline_named(call.pipeline))


@ROUTES.on(f"GET {PROJECT}/pipelines/:pipeline/jobs", needs="code")
def jobs(call: Call) -> Answer:
    """List a pipeline's jobs, the newest first; retried ones only where they are asked for."""
    every = [job for job in call.pipeline.jobs if job not in call.pipeline.bridges]
    found = every if call.query.get("include_retried") else call.pipeline.latest
    wanted = call.many("scope")
    shown = [call.shapes.job(job) for job in reversed(found) if not wanted or job.status in wanted]
    return call.page(shown)


@ROUTES.on(f"GET {PROJECT}/pipelines/:pipeline/bridges", needs="code")
def bridges(call: Call) -> Answer:
    """List the jobs that start pipelines elsewhere, and those pipelines, their names apart."""
    wanted = call.many("scope")
    found = [bridge for bridge in call.pipeline.bridges if not wanted or bridge.status in wanted]
    return call.page([call.shapes.bridge(bridge) for bridge in found])


@ROUTES.on(f"GET {PROJECT}/jobs/:job", needs="code")
def job(call: Call) -> Answer:
    """Describe a job."""
    return Answer(json=call.shapes.job(_job(call)))


@ROUTES.on(f"GET {PROJECT}/jobs/:job/artifacts", f"HEAD {PROJECT}/jobs/:job/artifacts", needs="code")
def artifacts(call: Call) -> Answer:
    """Give what a job kept, or lead to it on another host; 404 once it expired."""
    found = _artifact(_job(call))
    if call.api.redirects:
        return Answer(302, headers={"Location": call.world.store.offer(found.content, found.filename)})
    return Answer(raw=found.content, headers={"Content-Type": "application/zip"})


@ROUTES.on(f"GET {PROJECT}/jobs/:job/artifacts/:path", needs="code")
def artifact_file(call: Call) -> Answer:
    """Give one file of what a job kept."""
    with zipfile.ZipFile(io.BytesIO(_artifact(_job(call)).content)) as archive:
        if call.params["path"] not in archive.namelist():
            raise not_found()
        return Answer(raw=archive.read(call.params["path"]))


@ROUTES.on(f"POST {PROJECT}/jobs/:job/artifacts/keep", needs="developer")
def keep(call: Call) -> Answer:
    """Keep what a job kept for good."""
    found = _job(call)
    _artifact(found).until = None
    return Answer(json=call.shapes.job(found))


def _job(call: Call) -> Job:
    every = (job for one in call.repo.pipelines.values() for job in one.jobs)
    found = next((job for job in every if str(job.id) == call.params["job"]), None)
    if not found:
        raise not_found()
    return found


def _artifact(job: Job) -> Artifact:
    if job.artifact is None or job.artifact.expired:
        raise not_found()
    return job.artifact


# -------------------------------------------------------------------------------------------- statuses


@ROUTES.on(f"GET {CODE}/commits/:sha/statuses", needs="code")
def statuses(call: Call) -> Answer:
    """List a commit's statuses: the last of each name, unless all are asked for."""
    query = call.request.query
    found = [
        status
        for status in call.repo.statuses(_head(call))
        if query.get("name", status.name) == status.name
        and query.get("ref", status.pipeline.ref) == status.pipeline.ref
        and query.get("pipeline_id", str(status.pipeline.id)) == str(status.pipeline.id)
    ]
    if not call.query.get("all"):
        found = list({(status.name, status.pipeline.id): status for status in found}.values())
    return call.page([call.shapes.status(status) for status in found])


@ROUTES.on(f"POST {PROJECT}/statuses/:sha", needs="developer")
def post_status(call: Call) -> Answer:
    """Say how a commit is (app/services/ci/create_commit_status_service.rb).

    A status that has not ended is moved on; one that ended is followed by another of its name. There is no way
    from `running` to `running`: that is a 400, and whoever wants other words has to end it first."""
    head, told = _head(call), call.body
    if len(told.get("target_url", "")) > _LONGEST_URL:
        raise bad({"target_url": [f"is too long (maximum is {_LONGEST_URL} characters)"]})
    found = _pipeline(call, head)
    ref = told.get("ref") or (found.ref if found else _branch(call, head))
    if ref in call.repo.protected and call.level < max(call.repo.protected[ref], LEVELS["developer"]):
        raise forbidden()
    pipeline = found or _external(call, head, ref)
    status = _status(call, pipeline)
    _move(status, told["state"])
    _word(status, told, call.world.now())
    if pipeline.settle(call.world.now()) or pipeline.statuses == [status]:
        call.world.tell("pipeline", call.repo, call.user, pipeline=pipeline)
    return Answer(201, call.shapes.status(status))


def _status(call: Call, pipeline: Pipeline) -> Status:
    """Give the status of that name that has not ended, or a new one."""
    name = call.body.get("name") or call.body.get("context") or "default"
    known = [one for one in pipeline.statuses if one.name == name and one.status not in FINISHED]
    if known:
        return known[-1]
    made = Status(call.world.next("status"), name, pipeline, "created", call.user, call.world.now())
    pipeline.statuses.append(made)
    return made


def _word(status: Status, told: Json, now: datetime) -> None:
    """Keep what was said with a state, and since when it is."""
    status.description = told.get("description", status.description)
    status.target_url = told.get("target_url", status.target_url)
    status.coverage = told.get("coverage", status.coverage)
    status.started_at = status.started_at or (now if status.status != "pending" else None)
    status.finished_at = now if status.status in FINISHED else None


_EVENTS = {"pending": "enqueue", "running": "run", "failed": "drop", "canceled": "cancel", "skipped": "skip"}
_FROM = {"pending": {"created"}, "running": {"created", "pending"}, "skipped": {"created", "pending"}}
"""From where a status may come (app/models/commit_status.rb); to the other ends from wherever it has not ended."""


def _move(status: Status, state: str) -> None:
    before = status.status
    if before not in _FROM.get(state, {"created", "pending", "running"}):
        event = _EVENTS.get(state, state)
        why = f'(Reason(s): Status cannot transition via "{event}")'
        raise bad(f"Cannot transition status via :{event} from :{before} {why}")
    status.status = state


def _head(call: Call) -> str:
    found = call.repo.git.commit_id(call.params["sha"])
    if not found:
        raise not_found("Commit")
    return found


def _branch(call: Call, head: str) -> str:
    printed = call.repo.git.run("for-each-ref", "--format=%(refname:lstrip=2)", f"--contains={head}", "refs/heads")
    names = printed.decode().split()
    if not names:
        raise not_found("References for commit")
    return names[0]


def _pipeline(call: Call, head: str) -> Pipeline | None:
    """Give the newest pipeline of the commit, of the ref where one is named; None: there is none.

    The pipeline of a merge request has another ref than its branch. Children take no statuses."""
    repo, told = call.repo, call.body
    fits = [one for one in repo.pipelines.values() if one.sha == head and one.source != "parent_pipeline"]
    if "ref" in told:
        fits = [one for one in fits if one.ref == told["ref"]]
    if "pipeline_id" in told:
        fits = [one for one in fits if one.id == told["pipeline_id"]]
        if not fits:
            raise not_found("Pipeline")
    return fits[-1] if fits else None


def _external(call: Call, head: str, ref: str) -> Pipeline:
    """Make a pipeline for statuses alone."""
    now = call.world.now()
    made = Pipeline(
        id=call.world.next("pipeline"),
        iid=len(call.repo.pipelines) + 1,
        repo=call.repo,
        source="external",
        branch=ref,
        head=head,
        user=call.user,
        created_at=now,
        updated_at=now,
    )
    call.repo.pipelines[made.id] = made
    return made
