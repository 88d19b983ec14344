"""Say a report on a commit status: one of a head, in the pipeline that the merge request shows.

States and their order: "Commits API" (doc/api/commits.md) and app/services/ci/create_commit_status_service.rb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stamina

from bots.forge import Change, Conclusion, Report
from bots.gitlab import pipelines
from bots.gitlab.client import Client
from bots.gitlab.limits import Failed
from bots.gitlab.transport import Answer, Clock
from diffing.words import Unavailable

Json = Any
_MOST_DESCRIPTION = 255
_TRIES = 4
_UNDER_WAY = "pending"
"""Not `running`, from which GitLab lets no status become skipped."""
_ENDS = {
    Conclusion.SUCCESS: "success",
    Conclusion.FAILURE: "failed",
    Conclusion.ACTION_REQUIRED: "failed",
    Conclusion.NEUTRAL: "skipped",
}
_OLDER = {"skipped": "canceled"}
"""What a server says in its place that does not take `skipped` of others: before GitLab 17.6."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a report stands now, and since when by GitLab's own clock."""

    check: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Statuses:
    """Our statuses in one project. `name` is what people see in the pipeline."""

    client: Client
    name: str
    clock: Clock
    pause: float = 0.5

    def say(self, change: Change, report: Report) -> Said | None:
        """Say a report; None where nothing can be said on a fork's commit, which is the fork's own."""
        place = self._place(change, report)
        body = {**place, **_words(report), "name": self.name}
        sha = str(body.pop("sha"))
        if (standing := self._standing(change, sha, body)) is not None:
            looked = report.conclusion is None  # else the same would be looked at again at once, for ever
            return Said(str(standing["id"]), self._now(change) if looked else _since(standing, self.clock()))
        try:
            answer = self._post(change, sha, body)
        except Failed as failed:
            if change.fork and failed.status in {400, 403, 404}:
                return None
            raise
        return Said(str((answer.data or {}).get("id", "")), _moment(answer, self.clock()))

    def _now(self, change: Change) -> datetime:
        """Tell the time by GitLab's clock."""
        return _moment(self.client.on(change.repo.id).answer("merge_requests", change.number), self.clock())

    def _place(self, change: Change, report: Report) -> Json:
        """Say where: without its pipeline, GitLab would make one of its own of a merge request's status."""
        shown = pipelines.head_pipeline(self.client, change)
        if shown is None or str(shown.get("project_id") or change.repo.id) != change.repo.id:
            ref = f"refs/merge-requests/{change.number}/head" if change.fork else change.branch
            return {"sha": report.head, "ref": ref}
        return {"sha": shown["sha"], "ref": shown["ref"], "pipeline_id": shown["id"]}

    def _standing(self, change: Change, sha: str, body: Json) -> Json | None:
        """Give our status where it says just that already: saying it again would be refused, or add a copy."""
        api = self.client.on(change.repo.id)
        listed = list(api.pages("repository", "commits", sha, "statuses", params={"name": self.name}))
        ours = [each for each in listed if each["name"] == self.name and _is_in(each, body)]
        last = max(ours, key=lambda each: int(each["id"]), default=None)
        return last if last is not None and _equal(last, body) else None

    def _post(self, change: Change, sha: str, body: Json) -> Answer:
        try:
            return self._patiently(change, sha, body)
        except Failed as failed:
            older = _OLDER.get(body["state"])
            if failed.status != 400 or older is None or "transition" in failed.message.lower():
                raise
        return self._patiently(change, sha, {**body, "state": older})

    def _patiently(self, change: Change, sha: str, body: Json) -> Answer:
        """Post a status. GitLab refuses two at once, and a refused one would leave the last for ever."""
        try:
            for attempt in stamina.retry_context(
                on=_is_conflict, attempts=_TRIES, wait_initial=self.pause, wait_jitter=self.pause
            ):
                with attempt:
                    return self.client.on(change.repo.id).post("statuses", sha, body=body)
        except Failed as failed:
            if not _is_conflict(failed):
                raise
            raise Unavailable("GitLab takes another status of this commit at the moment.", 5.0) from failed
        raise AssertionError("stamina gave no try")


def _words(report: Report) -> Json:
    state = _UNDER_WAY if report.conclusion is None else _ENDS[report.conclusion]
    return {"state": state, "target_url": report.url, "description": report.title[:_MOST_DESCRIPTION]}


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, Failed) and error.status == 409


def _is_in(status: Json, body: Json) -> bool:
    """Is a status in the pipeline that is meant? Older servers do not say in which it is."""
    if "pipeline_id" in body and status.get("pipeline_id") is not None:
        return bool(status["pipeline_id"] == body["pipeline_id"])
    return bool(status["ref"] == body["ref"])


def _equal(status: Json, body: Json) -> bool:
    if status["status"] == _UNDER_WAY == body["state"]:
        return True  # a status that is pending cannot become pending
    told = (status["status"], status.get("description"), status.get("target_url"))
    return told == (body["state"], body["description"], body["target_url"])


def _since(status: Json, now: datetime) -> datetime:
    told = status.get("finished_at") or status.get("created_at")
    return datetime.fromisoformat(told).replace(microsecond=0) if told else now.replace(microsecond=0)


def _moment(answer: Answer, now: datetime) -> datetime:
    """Tell when that was by GitLab's clock: notes are held against it, and ours may go otherwise."""
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return now.replace(microsecond=0)
