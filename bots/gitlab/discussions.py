"""Open a thread for each golden that changed, where a team wants so, and resolve it when it is decided.

Shapes: "Discussions API" (doc/api/discussions.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bots import markdown
from bots.forge import Annotation, Report
from bots.gitlab.client import Api
from bots.gitlab.people import People
from bots.pacing import COURTESY

Json = Any
MOST = 20


@dataclass(frozen=True, slots=True)
class Discussions:
    """The threads of one merge request. `most`: so many are opened; 0 opens none, and looks for none."""

    api: Api
    number: str
    people: People
    most: int

    def say(self, report: Report) -> None:
        """Have a thread stand open for each golden that awaits a decision, and resolve those of the others."""
        if not self.most or report.conclusion is None:
            return
        standing = self._standing()
        awaited = {_mark(each): each for each in report.annotations if each.failure and not each.decided}
        for mark, thread in standing.items():
            if mark in awaited:
                self._renew(thread, _body(awaited[mark]))
            else:
                self._resolve(thread)
        new = [each for mark, each in awaited.items() if mark not in standing]
        still_open = len(awaited) - len(new)
        self._open(new[: max(0, self.most - still_open)])

    def _standing(self) -> Mapping[str, Json]:
        """Give our threads by their marks; a mark alone anybody can write."""
        us = self.people.us()
        threads = self.api.pages("merge_requests", self.number, "discussions")
        first = [(each["notes"][0], each) for each in threads if each["notes"]]
        return {
            note["body"].partition("\n")[0]: thread
            for note, thread in first
            if note.get("resolvable")
            and (note["author"] or {}).get("id") == us
            and note["body"].startswith("<!-- golddigger:golden ")
        }

    def _open(self, remarks: Iterable[Annotation]) -> None:
        for each in remarks:
            self.api.pace(share=COURTESY)
            self.api.post("merge_requests", self.number, "discussions", body={"body": _body(each)})

    def _renew(self, thread: Json, body: str) -> None:
        """Tell of another picture, and open the thread again. Where nothing is new, it stays as people left it."""
        note = thread["notes"][0]
        if note["body"].strip() == body.strip():
            return
        path = ("merge_requests", self.number, "discussions", str(thread["id"]))
        self.api.put(*path, "notes", str(note["id"]), body={"body": body})
        if note.get("resolved"):
            self.api.put(*path, body={"resolved": False})

    def _resolve(self, thread: Json) -> None:
        if not thread["notes"][0].get("resolved"):
            path = ("merge_requests", self.number, "discussions", str(thread["id"]))
            self.api.put(*path, body={"resolved": True})


def _mark(each: Annotation) -> str:
    return f"<!-- golddigger:golden name={quote(each.path, safe='').replace('-', '%2D')} -->"


def _body(each: Annotation) -> str:
    said = [markdown.prose(line, 1_000) for line in each.message.splitlines()[:-1] if line.strip()]
    where = each.message.splitlines()[-1] if each.message else ""  # the address of both pictures, which is our own
    title = f"**{markdown.text(each.title)}**: {markdown.code(each.path)}"
    return "\n\n".join([f"{_mark(each)}\n{title}", *said, where])
