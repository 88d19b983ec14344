"""Serve merge requests."""

from __future__ import annotations

from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.operations import PROJECT, PULL
from tests.forges.gitlab.world import LEVELS, Pull, Repo
from tests.forges.web import Answer

ROUTES = Routes()


@ROUTES.on(f"GET {PROJECT}/merge_requests", needs="code")
def pulls(call: Call) -> Answer:
    """List merge requests, the newest first."""
    found = [pull for pull in reversed(call.repo.pulls.values()) if _wanted(call, pull)]
    if call.request.query.get("sort") == "asc":
        found.reverse()
    return call.page([call.shapes.pull_basic(pull) for pull in found])


def _wanted(call: Call, pull: Pull) -> bool:
    query, numbers = call.request.query, call.many("iids")
    source = str(pull.head_repo.id) if pull.head_repo else ""
    return (
        query.get("state", "all") in {"all", pull.state}
        and query.get("source_branch", pull.branch) == pull.branch
        and query.get("target_branch", pull.base) == pull.base
        and query.get("source_project_id", source) == source
        and query.get("author_id", str(pull.author.id)) == str(pull.author.id)
        and (not numbers or str(pull.number) in numbers)
    )


@ROUTES.on(f"GET {PULL}", needs="code")
def pull(call: Call) -> Answer:
    """Describe a merge request."""
    may = call.level >= LEVELS["developer"]
    return Answer(json=call.shapes.pull(call.pull, may_merge=may))


@ROUTES.on(f"GET {PULL}/pipelines", needs="code")
def pipelines(call: Call) -> Answer:
    """List a merge request's pipelines, the newest first, their names apart.

    A fork's only where the caller may read them there (app/finders/ci/pipelines_for_merge_request_finder.rb)."""
    found = [one for one in call.shapes.pipelines_of(call.pull) if _reads(call, one.repo)]
    return call.page([call.shapes.pipeline_basic(one) for one in found])


def _reads(call: Call, repo: Repo) -> bool:
    """May the caller read a project's pipelines: those of a public one everybody, unless it says otherwise?"""
    if not repo.private and repo.public_jobs:
        return True
    return call.world.level(call.token.user if call.token else None, repo) >= LEVELS["reporter"]
