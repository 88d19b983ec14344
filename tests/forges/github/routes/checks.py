"""Serve check runs: made, changed, listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.forges.github.api import Call, Routes
from tests.forges.github.failures import Failed, forbidden, invalid, not_found
from tests.forges.github.world import CheckRun, Repo
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()
REPO = "/repos/{owner}/{repo}"
MOST_MESSAGE_BYTES = 64 * 1024
MOST_TITLE = 255


@ROUTES.on(f"POST {REPO}/check-runs", "checks:write", creates=True)
def new_check(call: Call) -> Answer:
    """Make a check on a commit, which needs no pull request."""
    head = call.body["head_sha"]
    if call.repo.git.kind(head) != "commit":
        raise Failed(422, f"No commit found for SHA: {head}")
    app = call.world.app
    check = CheckRun(
        id=call.world.next("check"),
        name=call.body["name"],
        head=head,
        app=app,
        suite=suite(call.repo, head, app.id),
        started_at=call.world.now(),
    )
    _write(call, check)
    call.repo.checks[check.id] = check
    call.world.tell("check_run", "created", call.repo, app.bot, check=check)
    _tell_completed(call, check, "")
    return Answer(201, call.shapes.check(call.repo, check))


def suite(repo: Repo, head: str, app: int) -> int:
    """Give the id of the suite that holds an app's checks on a commit."""
    known = [check.suite for check in repo.checks.values() if (check.head, check.app.id) == (head, app)]
    return known[0] if known else repo.world.next("suite")


@ROUTES.on(f"PATCH {REPO}/check-runs/{{check_run_id}}", "checks:write", creates=True)
def change_check(call: Call) -> Answer:
    """Change a check of the app; annotations are added to those it has."""
    check = _check(call)
    if check.app is not call.world.app:
        raise forbidden()
    before = check.status
    _write(call, check)
    _tell_completed(call, check, before)
    return Answer(json=call.shapes.check(call.repo, check))


def _tell_completed(call: Call, check: CheckRun, before: str) -> None:
    if check.status == "completed" != before:
        call.world.tell("check_run", "completed", call.repo, check.app.bot, check=check)


def _write(call: Call, check: CheckRun) -> None:
    body = call.body
    check.name = body.get("name", check.name)
    check.external_id = body.get("external_id", check.external_id)
    check.details_url = body.get("details_url", check.details_url)
    check.actions = body.get("actions", check.actions)
    check.started_at = _moment(body.get("started_at")) or check.started_at
    if "output" in body:
        _write_output(check, body["output"])
    status = "completed" if "conclusion" in body else body.get("status", check.status)
    if status == "completed":
        check.conclusion = body.get("conclusion", check.conclusion)
        if check.conclusion is None:
            raise invalid("CheckRun", "conclusion", "a completed check needs a conclusion")
        check.completed_at = _moment(body.get("completed_at")) or call.world.now()
    else:
        check.conclusion = check.completed_at = None
    check.status = status


def _write_output(check: CheckRun, output: Json) -> None:
    for annotation in output.get("annotations", []):
        _hold_annotation(annotation)
    check.title = output.get("title", check.title)
    check.summary = output["summary"]
    check.text = output.get("text", check.text)
    check.images = output.get("images", check.images)
    check.annotations += output.get("annotations", [])


def _hold_annotation(annotation: Json) -> None:
    """Hold to what GitHub says in prose only."""
    for field in ("message", "raw_details"):
        if len(annotation.get(field, "").encode()) > MOST_MESSAGE_BYTES:
            raise invalid("CheckRun", "annotations", f"{field} is over 64 KB")
    if len(annotation.get("title", "")) > MOST_TITLE:
        raise invalid("CheckRun", "annotations", "title is over 255 characters")
    columns = "start_column" in annotation or "end_column" in annotation
    if columns and annotation["start_line"] != annotation["end_line"]:
        raise invalid("CheckRun", "annotations", "columns need start_line and end_line to be the same")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@ROUTES.on(f"GET {REPO}/check-runs/{{check_run_id}}", "checks:read")
def check_run(call: Call) -> Answer:
    """Describe a check."""
    return Answer(json=call.shapes.check(call.repo, _check(call)))


@ROUTES.on(f"GET {REPO}/check-runs/{{check_run_id}}/annotations", "checks:read")
def annotations_of(call: Call) -> Answer:
    """List a check's annotations."""
    check = _check(call)
    every = [call.shapes.annotation(call.repo, check, annotation) for annotation in check.annotations]
    shown, links = call.page(every)
    return Answer(json=shown, headers=links)


@ROUTES.on(f"GET {REPO}/commits/{{ref}}/check-runs", "checks:read")
def checks_of_commit(call: Call) -> Answer:
    """List the checks on a commit, the newest first; of one app and name only the newest, unless asked for all."""
    query = call.request.query
    head = call.repo.git.commit_id(call.params["ref"])
    if head is None:
        raise Failed(422, f"No commit found for SHA: {call.params['ref']}")
    found = [check for check in reversed(call.repo.checks.values()) if check.head == head]
    if query.get("filter", "latest") == "latest":
        found = list({(check.app.id, check.name): check for check in reversed(found)}.values())[::-1]
    kept = [check for check in found if _wanted(check, query)]
    shown, links = call.page([call.shapes.check(call.repo, check) for check in kept])
    return Answer(json={"total_count": len(kept), "check_runs": shown}, headers=links)


def _wanted(check: CheckRun, query: Any) -> bool:
    return (
        query.get("check_name", check.name) == check.name
        and query.get("status", check.status) == check.status
        and int(query.get("app_id", check.app.id)) == check.app.id
    )


def _check(call: Call) -> CheckRun:
    found = call.repo.checks.get(int(call.params["check_run_id"]))
    if not found:
        raise not_found()
    return found
