"""Serve external status checks, which Ultimate has: ee/lib/api/status_checks.rb, as spec/requests/api holds it."""

from __future__ import annotations

from typing import Any

from tests.forges.gitlab.api import Call, Routes
from tests.forges.gitlab.failures import Failed, forbidden, not_found, unauthorized
from tests.forges.gitlab.operations import PULL
from tests.forges.gitlab.world import LEVELS, ExternalCheck
from tests.forges.web import Answer

Json = Any
ROUTES = Routes()


@ROUTES.on(f"GET {PULL}/status_checks")
def checks(call: Call) -> Answer:
    """List the checks, and how each stands at the head."""
    kept = _licensed(call)
    if call.level < LEVELS["reporter"]:
        raise forbidden()
    pull = call.pull
    return call.page([{**_shown(call, each), "status": each.status(pull)} for each in kept])


@ROUTES.on(f"POST {PULL}/status_check_responses")
def answer(call: Call) -> Answer:
    """Say how a check is, of the very head of the source branch; whoever may approve the merge request may."""
    kept = _licensed(call)
    if call.level < LEVELS["developer"]:
        raise forbidden()
    found = next((each for each in kept if each.id == call.body["external_status_check_id"]), None)
    if found is None:
        raise not_found()
    pull = call.pull
    if call.body["sha"] != pull.head:
        raise Failed(409, f"SHA does not match HEAD of source branch: {pull.head}")
    found.answers.append((pull, pull.head, call.body["status"]))
    told = {"id": len(found.answers), "merge_request": call.shapes.pull(pull, may_merge=True)}
    return Answer(201, {**told, "external_status_check": _shown(call, found)})


def _licensed(call: Call) -> list[ExternalCheck]:
    """Give a project's checks; where the plan has none, that is said as to somebody without a token."""
    if call.repo.external_checks is None:
        raise unauthorized()
    return call.repo.external_checks


def _shown(call: Call, check: ExternalCheck) -> Json:
    """Show a check. Its address only to who may write there, and without a query, where secrets may stand."""
    address = check.external_url.partition("?")[0] if call.level >= LEVELS["developer"] else ""
    return {"id": check.id, "name": check.name, "external_url": address}
