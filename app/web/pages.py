"""Write a template's page, with what every page needs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.web.sessions import Session
from app.web.site import Site

HERE = Path(__file__).parent
NOTHING_HERE = "There is no such page, or it is not yours to see. Open it by the link on the change."


def page(
    site: Site, request: Request, session: Session, template: str, *, status: int = 200, **words: Any
) -> Response:
    """Give a page of this site."""
    return HTMLResponse(fragment(site, session, template, path=str(request.scope["path"]), **words), status)


def fragment(site: Site, session: Session, template: str, **words: Any) -> str:
    """Write a page, or a part of one."""
    return _TEMPLATES.get_template(template).render(
        session=session,
        csrf=site.sessions.csrf(session) if session.id else "",
        doors=site.access.identities,
        now=site.clock(),
        run_link=site.parts.links.run,
        **words,
    )


def trouble(site: Site, request: Request, status: int, why: str, back: str = "/") -> Response:
    """Say what went wrong in words: a page for people, JSON for scripts that asked for it."""
    if wants_json(request):
        return JSONResponse({"why": why}, status)
    session = site.sessions.read(request, site.clock())
    return page(site, request, session, "trouble.html", status=status, title=_title(status), why=why, back=back)


def wants_json(request: Request) -> bool:
    """Did a script ask, rather than a browser on behalf of a person?"""
    return "application/json" in request.headers.get("accept", "")


def not_found() -> HTTPException:
    """The same for what is not there and for what may not be seen."""
    return HTTPException(404, NOTHING_HERE)


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


def _count(number: int) -> str:
    return f"{number:,}"


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _share(ratio: float) -> str:
    """0.3 → 30 %; never 0 % of something."""
    percent = ratio * 100
    if 0 < percent < 0.01:
        return "under 0.01 %"
    return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"


def _is_web(address: str) -> bool:
    """An address from a payload becomes a link only where it leads to the web: never `javascript:`."""
    return address.startswith(("https://", "http://"))


def _ticked(sentence: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = enumerate(sentence.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in parts)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def _ago(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_plural(seconds // size, word, word + 's')} ago"
    return "just now"


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    count=_count,
    plural=_plural,
    share=_share,
    moment=_moment,
    ago=_ago,
    web=_is_web,
    ticked=_ticked,
    quoted=lambda text: quote(text, safe=""),
)
