"""Write a template's page, with what every page needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.web.sessions import Session
from app.web.site import Identity, Site
from app.web.writing import TEMPLATES

NOTHING_HERE = "There is no such page, or it is not yours to see. Open it by the link on the change."


def page(
    site: Site, request: Request, session: Session, template: str, *, status: int = 200, **words: Any
) -> Response:
    """Give a page of this site."""
    return HTMLResponse(fragment(site, session, template, path=str(request.scope["path"]), **words), status)


def fragment(site: Site, session: Session, template: str, **words: Any) -> str:
    """Write a page, or a part of one."""
    return TEMPLATES.get_template(template).render(
        session=session,
        csrf=site.sessions.csrf(session) if session.id else "",
        doors=site.access.identities,
        strange=_strange(site, session),
        now=site.clock(),
        run_link=site.parts.links.run,
        **words,
    )


def trouble(site: Site, request: Request, status: int, why: str, back: str = "/") -> Response:
    """Say what went wrong in words: a page for people, JSON for scripts that asked for it."""
    session = site.sessions.read(request, site.clock())
    if status == 404:
        why = " ".join([why, *_unasked(site, session)])
    if wants_json(request):
        return JSONResponse({"why": why}, status)
    words = {"title": _title(status), "why": why, "back": back, "lost": status == 404}
    return page(site, request, session, "trouble.html", status=status, **words)


def wants_json(request: Request) -> bool:
    """Did a script ask, rather than a browser on behalf of a person?"""
    return "application/json" in request.headers.get("accept", "")


def not_found() -> HTTPException:
    """The same for what is not there and for what may not be seen."""
    return HTTPException(404, NOTHING_HERE)


def _unasked(site: Site, session: Session) -> list[str]:
    """Say which forges cannot be asked now what somebody may see: alike for what there is and what not."""
    silent = [site.asking.silent(host) for host in session.people]
    return [f"{why} What you may see there cannot be asked just now; try again soon." for why in silent if why]


def _strange(site: Site, session: Session) -> Mapping[str, Identity]:
    """Give the doors by which somebody did not come in yet."""
    doors = site.access.identities
    return {name: door for name, door in doors.items() if door.host not in session.people}


def _title(status: int) -> str:
    titles = {
        403: "Not allowed",
        404: "Nothing here",
        409: "That did not go through",
        410: "Gone",
        429: "Too many tries",
        500: "Something broke",
        503: "Not now",
    }
    return titles.get(status, "That did not work")
