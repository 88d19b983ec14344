"""Walk a self-hoster through GitHub's manifest flow: one browser, one state, the settings shown once."""

from __future__ import annotations

import hmac
import re
import shlex
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.web import headers, signin
from app.web.pages import page
from app.web.site import Installer, Site
from storage import visits

TOKEN = "setup"  # noqa: S105 - the purpose of a printed token in `storage.visits`, not a secret
_STATE = "setup-state"
_LASTS = timedelta(hours=1)
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}")


def begin(site: Site, request: Request) -> Response:
    """Show the form that posts the manifest to GitHub, to whoever brought the printed token."""
    installer = _installer(site)
    if "token" in request.query_params:
        return _enter(site, request)
    if _begun(site, request) is None:
        raise HTTPException(403, "Setting up needs the token that `golddigger serve` prints when it starts.")
    organisation = request.query_params.get("organisation", "")
    if organisation and not _ORGANISATION.fullmatch(organisation):
        raise HTTPException(400, "That is no name of an organisation.")
    until = site.clock() + _LASTS
    with site.parts.db.begin() as db:
        state = visits.issue(db, purpose=_STATE, until=until)
    answer = page(
        site,
        request,
        site.sessions.read(request, site.clock()),
        "setup.html",
        action=_action(installer, organisation, state),
        organisation=organisation,
        manifest=installer.manifest(site.base),
        web_url=installer.web_url,
    )
    _bind(site, answer, state)
    answer.headers["content-security-policy"] = _may_post_to(installer)
    answer.headers["cache-control"] = "no-store"
    return answer


def finish(site: Site, request: Request) -> Response:
    """Trade GitHub's code for the app's settings, and show them to the browser that began; only once."""
    installer = _installer(site)
    signin.slow_down(site, request)
    begun, given = _begun(site, request), request.query_params
    if not begun or not _equal(begun, given.get("state", "")) or "code" not in given:
        raise HTTPException(
            403, "This set-up was not begun in this browser, or took too long. Begin again at /setup."
        )
    if not signin.spend(site, begun, _STATE):
        raise HTTPException(
            409, "These settings were shown already, and are shown only once. Begin again at /setup."
        )
    settings = installer.convert(given["code"])
    session = site.sessions.read(request, site.clock())
    answer = page(site, request, session, "setup_done.html", lines=_lines(settings))
    answer.headers["cache-control"] = "no-store"
    return answer


def _enter(site: Site, request: Request) -> Response:
    signin.slow_down(site, request)
    if not signin.spend(site, request.query_params["token"], TOKEN) and _begun(site, request) is None:
        raise HTTPException(403, "This link was used already, or is too old. `golddigger serve` prints a new one.")
    answer = RedirectResponse("/setup", 303)
    _bind(site, answer, "")
    return answer


def _bind(site: Site, answer: Response, state: str) -> None:
    sealed = site.seals.seal(TOKEN, {"state": state}, site.clock() + _LASTS)
    site.sessions.put(answer, _cookie(site), sealed, _LASTS)


def _begun(site: Site, request: Request) -> str | None:
    """Give the state this browser was given last, empty before the first; None where it may not set up."""
    words = site.seals.open(TOKEN, request.cookies.get(_cookie(site), ""), site.clock())
    return None if words is None else str(words["state"])


def _action(installer: Installer, organisation: str, state: str) -> str:
    owner = f"organizations/{organisation}/" if organisation else ""
    return f"{installer.web_url}/{owner}settings/apps/new?{urlencode({'state': state})}"


def _may_post_to(installer: Installer) -> str:
    there = urlsplit(installer.web_url)
    ours = headers.HEADERS["content-security-policy"]
    return ours.replace("form-action 'self'", f"form-action 'self' {there.scheme}://{there.netloc}")


def _lines(settings: Mapping[str, str]) -> list[str]:
    """As a shell reads them; a key's line ends stay, inside the quotes."""
    return [f"{name}={shlex.quote(value)}" for name, value in settings.items()]


def _installer(site: Site) -> Installer:
    if site.access.installer is None:
        raise HTTPException(404, "Setting up is over, or not offered here.")
    return site.access.installer


def _cookie(site: Site) -> str:
    return f"{site.sessions.cookie}-setup"


def _equal(ours: str, theirs: str) -> bool:
    return bool(ours) and hmac.compare_digest(ours.encode(), theirs.encode())
