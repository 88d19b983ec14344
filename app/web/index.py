"""List the runs that a visitor may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from app.web import signin
from app.web.pages import page
from app.web.sessions import Session
from app.web.site import Site
from diffing.words import Outcome
from storage import changes, comparisons, repos, runs
from storage.changes import StoredChange
from storage.repos import StoredRepo
from storage.runs import StoredRun

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One run in the list."""

    run: StoredRun
    change: StoredChange
    repo: StoredRepo
    counts: Mapping[Outcome, int]
    """Of its comparisons; empty while there are none."""

    @property
    def clean(self) -> bool:
        """Is every golden as it stands in git?"""
        return self.run.state == "concluded" and set(self.counts) == {Outcome.SAME}


def index(site: Site, request: Request) -> Response:
    """List the newest runs that the visitor may see, or say what this is."""
    if entered := signin.by_token(site, request):
        return entered
    session = site.sessions.read(request, site.clock())
    rows = _list(site, session, before=request.query_params.get("before"))
    if not rows and not session.operator:
        return page(site, request, session, "welcome.html")
    more = rows[-1].run.id if session.operator and len(rows) == _A_PAGE else None
    return page(site, request, session, "index.html", rows=rows, more=more)


def _list(site: Site, session: Session, before: str | None) -> list[Row]:
    with site.parts.reading() as db:
        opened = (runs.find(db, id_) for id_ in reversed(session.runs))
        newest = runs.newest(db, most=_A_PAGE, before=before) if session.operator else opened
        listed = [run for run in newest if run is not None]
        counted = comparisons.counts(db, [run.id for run in listed])
        return [_row(db, run, counted.get(run.id, {})) for run in listed]


def _row(db: Connection, run: StoredRun, counts: Mapping[Outcome, int]) -> Row:
    change = changes.get(db, run.change_id)
    return Row(run, change, repos.get(db, change.repo_id), counts)
