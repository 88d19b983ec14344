"""Say a report on a check run: one of a head, edited in place, with its annotations and buttons."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bots.forge import Annotation, Button, Publications, Report
from bots.github.client import Api
from bots.github.transport import Answer, Clock

Json = Any
_Remark = tuple[str, str, str, str]
_AT_ONCE = 50
_MOST_BYTES = 65_535
_MOST_TITLE = 255
_MOST_BUTTONS = 3
_LABEL, _DESCRIPTION, _IDENTIFIER = 20, 40, 20


@dataclass(frozen=True, slots=True)
class Said:
    """Where a report stands now, and since when by GitHub's own record."""

    check: str
    annotated: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A check that can be edited to say a report, and the annotations that it lacks for that."""

    check: str
    lacks: Sequence[Annotation]


@dataclass(frozen=True, slots=True)
class Checks:
    """Our checks in one repository. `name` is what branch protection asks for."""

    api: Api
    name: str
    app_id: str
    clock: Clock

    def say(self, report: Report, before: Publications) -> Said:
        """Say a report on the head's check: the one that stands, or a new one where it cannot be edited to it."""
        digest = fingerprint(report.annotations)
        standing = self._recorded(report, before, digest) or self._unrecorded(report, before)
        if standing:
            batches = _batches(standing.lacks)
            answer = self.api.patch("check-runs", standing.check, body=self._body(report, batches[0]))
        else:
            batches = _batches(report.annotations)
            body = {"head_sha": report.head, **self._body(report, batches[0])}
            answer = self.api.post("check-runs", body=body)
        check = str(answer.data["id"])
        for batch in batches[1:]:
            output = {**_output(report), "annotations": [_annotation(each) for each in batch]}
            answer = self.api.patch("check-runs", check, body={"output": output})
        return Said(check, digest, _moment(answer, self.clock()))

    def _recorded(self, report: Report, before: Publications, digest: str) -> Standing | None:
        """Give the check that we know of, where it can be edited to say this."""
        told = self.api.find("check-runs", before.check) if before.check else None
        if told is None or _ended_before(told, report):
            return None
        if not before.annotated or not told["output"]["annotations_count"]:
            return self._compared(told, report)
        return Standing(str(told["id"]), ()) if before.annotated == digest else None

    def _unrecorded(self, report: Report, before: Publications) -> Standing | None:
        """Give a check that was made just before a crash or a broken wire, where it can be edited to say this."""
        asked = {"check_name": self.name, "app_id": self.app_id, "filter": "all"}
        every = self.api.pages("commits", report.head, "check-runs", key="check_runs", params=asked)
        ours = [each for each in every if each["external_id"] == report.handle]
        told = max(ours, key=lambda each: int(each["id"]), default=None)
        if told is None or str(told["id"]) == before.check or _ended_before(told, report):
            return None
        return self._compared(told, report)

    def _compared(self, told: Json, report: Report) -> Standing | None:
        """Give what a check lacks to say this; None where it says more: annotations can only be added."""
        check, there = str(told["id"]), Counter[_Remark]()
        if told["output"]["annotations_count"]:
            there.update(_remark(each) for each in self.api.pages("check-runs", check, "annotations"))
        lacks = []
        for each in report.annotations:
            remark = _remark(_annotation(each))
            if there[remark]:
                there[remark] -= 1
            else:
                lacks.append(each)
        return None if there.total() else Standing(check, tuple(lacks))

    def _body(self, report: Report, annotations: Sequence[Annotation]) -> Json:
        output = _output(report)
        if annotations:
            output["annotations"] = [_annotation(each) for each in annotations]
        state: Json = {"status": "in_progress"}
        if report.conclusion is not None:
            ended = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
            state = {"status": "completed", "conclusion": report.conclusion.value, "completed_at": ended}
        return {
            "name": self.name,
            "external_id": report.handle,
            "details_url": report.url,
            "output": output,
            "actions": [_action(each) for each in report.buttons[:_MOST_BUTTONS]],
            **state,
        }


def _ended_before(told: Json, report: Report) -> bool:
    """Is a check over while its report is not? An end is not taken back."""
    return report.conclusion is None and told["status"] == "completed"


def _remark(told: Json) -> _Remark:
    return told["path"], told["title"] or "", told["message"] or "", told["annotation_level"] or ""


def fingerprint(annotations: Sequence[Annotation]) -> str:
    """Give the digest of annotations; empty where there are none."""
    if not annotations:
        return ""
    told = [[each.path, each.title, each.message, each.failure] for each in annotations]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    return [annotations[at : at + _AT_ONCE] for at in range(0, len(annotations), _AT_ONCE)] or [[]]


def _output(report: Report) -> dict[str, Json]:
    return {"title": report.title[:_MOST_TITLE], "summary": _cut(report.summary, _MOST_BYTES) or report.title}


def _annotation(told: Annotation) -> Json:
    return {
        "path": told.path,
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "failure" if told.failure else "notice",
        "title": told.title[:_MOST_TITLE],
        "message": _cut(told.message, _MOST_BYTES),
    }


def _action(button: Button) -> Json:
    return {
        "label": button.label[:_LABEL],
        "description": button.description[:_DESCRIPTION],
        "identifier": button.id[:_IDENTIFIER],
    }


def _cut(text: str, most: int) -> str:
    """Cut at a number of bytes, which is what GitHub counts, and never inside a character."""
    return text.encode()[:most].decode(errors="ignore")


def _moment(answer: Answer, now: datetime) -> datetime:
    """Tell when that was by GitHub's clock: comments are held against it, and ours may go otherwise."""
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return now.replace(microsecond=0)  # GitHub tells of no less than seconds
