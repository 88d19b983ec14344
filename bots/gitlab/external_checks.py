"""Answer the external status check that a project keeps for us: Ultimate has them, beside the commit status.

Shapes, and what each refusal means: "External status checks API" (doc/api/status_checks.md)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bots.forge import Change, Conclusion, Report
from bots.gitlab.client import Client
from bots.gitlab.limits import Failed, Unproven
from bots.gitlab.transport import Clock

Json = Any
_ANSWERS = {
    Conclusion.SUCCESS: "passed",
    Conclusion.NEUTRAL: "passed",  # as a status that is skipped, it holds nothing up
    Conclusion.FAILURE: "failed",
    Conclusion.ACTION_REQUIRED: "failed",
}
_PENDING = "pending"
_MOVED = 409
"""The head moved on meanwhile. It is no clash of two answers: nothing is gained by saying it again."""
_A_WHILE = timedelta(hours=1)
WEBHOOK = "/webhooks/gitlab"
"""Where people may have pointed their check: GitLab asks for an address of it."""


class ExternalChecks:
    """The checks that are ours on one server: by their name, or because they point to our own address.

    Projects that have none, for want of the plan or of the right, are left alone for a while."""

    def __init__(self, client: Client, *, name: str, address: str, clock: Clock) -> None:
        self._client = client
        self._name = name.casefold()
        self._addresses = {address.rstrip("/"), address.rstrip("/") + WEBHOOK} if address else set()
        self._clock = clock
        self._lock = threading.Lock()
        self._without: dict[str, datetime] = {}

    def say(self, change: Change, report: Report) -> None:
        """Answer with what a report concludes; Unavailable where that is to be tried again."""
        if not report.begun or self._is_without(change.repo.id):
            return
        wanted = _PENDING if report.conclusion is None else _ANSWERS[report.conclusion]
        try:
            for check in self._ours(change):
                if _is_news(str(check.get("status")), wanted):
                    self._answer(change, report, check, wanted)
        except (Failed, Unproven):  # 401 is what a server says that lacks the plan, 403 and 404 what others do
            self._leave(change.repo.id)

    def _ours(self, change: Change) -> Iterator[Json]:
        listed = self._client.on(change.repo.id).pages("merge_requests", change.number, "status_checks")
        return (each for each in listed if self._is_ours(each))

    def _is_ours(self, check: Json) -> bool:
        address = str(check.get("external_url") or "").rstrip("/")
        return str(check.get("name")).casefold() == self._name or address in self._addresses

    def _answer(self, change: Change, report: Report, check: Json, status: str) -> None:
        body = {"sha": report.head, "external_status_check_id": check["id"], "status": status}
        try:
            self._client.on(change.repo.id).post(
                "merge_requests", change.number, "status_check_responses", body=body
            )
        except Failed as failed:
            if failed.status != _MOVED:
                raise

    def _is_without(self, project: str) -> bool:
        with self._lock:
            until = self._without.get(project)
            return until is not None and self._clock() < until

    def _leave(self, project: str) -> None:
        now = self._clock()
        with self._lock:
            left = {known: until for known, until in self._without.items() if now < until}
            self._without = left | {project: now + _A_WHILE}


def _is_news(standing: str, wanted: str) -> bool:
    """Is there something to say? Pending only to take back that it passed: GitLab fails what pends two minutes."""
    return standing == "passed" if wanted == _PENDING else standing != wanted
