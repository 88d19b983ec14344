"""List the runs that a visitor may see, or say what this is."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.web import searches, signin, walks
from app.web.pages import page
from app.web.searches import Search
from app.web.sessions import Session
from app.web.site import Site
from app.web.walks import Piece
from diffing.words import Verdict

VERDICTS = {
    Verdict.PENDING: "Awaits a decision",
    Verdict.APPROVED: "Approved",
    Verdict.REJECTED: "Rejected",
    Verdict.PASSED: "All as in git",
}


def index(site: Site, request: Request) -> Response:
    """List runs, newest first; say how to get in to whom there is nothing to show."""
    if entered := signin.by_token(site, request):
        return entered
    session = site.sessions.read(request, site.clock())
    search = searches.read(request.query_params)
    piece = walks.piece(site, session, search)
    if _stranger(session, search, piece):
        return page(site, request, session, "welcome.html")
    return page(site, request, session, "index.html", **words(site, search, piece, "/"))


def words(site: Site, search: Search, piece: Piece, path: str) -> dict[str, Any]:
    """Give what a list of runs needs to be written. `path`: of its page."""
    forges = site.parts.forges
    return {
        "search": search,
        "piece": piece,
        "verdicts": VERDICTS,
        "most_asked": walks.MOST_ASKED,
        "newest": search.address(path) if search.before or search.after else "",
        "newer": search.address(path, after=piece.newer) if piece.newer else "",
        "older": search.address(path, before=piece.older) if piece.older else "",
        "signs": {host: forge.words().sign for host, forge in forges.items()},
    }


def _stranger(session: Session, search: Search, piece: Piece) -> bool:
    asked = search.narrowed or search.before or search.after
    return not (piece.rows or piece.stopped or session.operator or asked)
