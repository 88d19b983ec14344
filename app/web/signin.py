"""Let people in: by a printed one-time token, by a link's key, by their account on a forge."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.web import posts, sight
from app.web.pages import page
from app.web.sessions import Session
from app.web.site import Identity, Site
from bots.forge import User
from storage import signins, visits

TOKEN = "operator"  # noqa: S105 - the purpose of a printed token in `storage.visits`, not a secret
_STATE = "signin"
_LASTS = timedelta(minutes=10)
_MOST_VIA = 32
"""So much of a door's name is kept, beside the host that it is of."""


def by_token(site: Site, request: Request) -> Response | None:
    """Sign in whoever brings a printed token, and take it out of the address; None where none was brought."""
    token = request.query_params.get("token")
    if token is None:
        return None
    slow_down(site, request)
    session = site.sessions.read(request, site.clock())
    answer = RedirectResponse(_without(request, "token"), 303)
    if spend(site, token, TOKEN):
        access = site.access
        _enter(site, answer, session, access.operator_host, access.operator, via="token", operator=True)
    elif not session.operator:
        raise HTTPException(403, "This link was used already, or is too old. A new start prints a new one.")
    return answer


def by_key(site: Site, request: Request, run_id: str) -> Response | None:
    """Remember that somebody has a run's link, and take its key out of the address; None where there is no key."""
    key = request.query_params.get("key")
    if key is None:
        return None
    now = site.clock()
    session = site.sessions.read(request, now)
    answer = RedirectResponse(_without(request, "key"), 303)
    if site.parts.links.may_see_run(run_id, key):
        site.sessions.write(answer, session.opened(run_id, now))
    else:
        sight.run(site, session, run_id)
    return answer


def choose(site: Site, request: Request) -> Response:
    """Show by which doors somebody may come in."""
    session = site.sessions.read(request, site.clock())
    return page(site, request, session, "signin.html", next=_safe(request.query_params.get("next")))


def begin(site: Site, request: Request) -> Response:
    """Send the browser to the forge, with a state that only this browser can bring back, and only once."""
    slow_down(site, request)
    name, door = _door(site, request)
    verifier = secrets.token_urlsafe(48)
    until = site.clock() + _LASTS
    with site.parts.db.begin() as db:
        state = visits.issue(db, purpose=_STATE, until=until)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    answer = RedirectResponse(
        door.authorize_url(state=state, challenge=challenge, redirect_uri=_callback(site, name)), 303
    )
    bound = {"state": state, "verifier": verifier, "door": name, "next": _safe(request.query_params.get("next"))}
    site.sessions.put(answer, _cookie(site), site.seals.seal(_STATE, bound, until), _LASTS)
    return answer


def finish(site: Site, request: Request) -> Response:
    """Take somebody back from the forge and give them a fresh session."""
    slow_down(site, request)
    name, door = _door(site, request)
    bound = site.seals.open(_STATE, request.cookies.get(_cookie(site), ""), site.clock())
    given = request.query_params
    if not bound or bound["door"] != name or not _equal(bound["state"], given.get("state", "")):
        raise HTTPException(403, "This sign-in was not begun in this browser, or took too long. Try again.")
    if not spend(site, bound["state"], _STATE):
        raise HTTPException(403, "This sign-in was finished already. Try again.")
    if "code" not in given:
        raise HTTPException(403, f"{door.title} did not sign you in. Nothing was changed.")
    who = door.signed_in_user(code=given["code"], verifier=bound["verifier"], redirect_uri=_callback(site, name))
    if who.bot:
        raise HTTPException(403, "Only people sign in here.")
    answer = RedirectResponse(bound["next"], 303)
    _enter(site, answer, site.sessions.read(request, site.clock()), door.host, who, via=name)
    answer.delete_cookie(_cookie(site), path="/", secure=site.sessions.secure, httponly=True, samesite="lax")
    return answer


def leave(site: Site, request: Request, body: bytes) -> Response:
    """Forget who this browser's person is."""
    session = site.sessions.read(request, site.clock())
    posts.must_be_ours(site, request, session, posts.read(request, body))
    answer = RedirectResponse("/", 303)
    site.sessions.forget(answer)
    return answer


def spend(site: Site, word: str, purpose: str) -> bool:
    """Use up a single-use word."""
    with site.parts.db.begin() as db:
        return visits.spend(db, word, purpose=purpose, now=site.clock())


def slow_down(site: Site, request: Request) -> None:
    """Refuse a client that tries too often. Whoever has one IPv6 address has all of its /64."""
    if not site.tries.take(_neighbourhood(request.client.host if request.client else "?")):
        raise HTTPException(429, "Too many tries. Wait a minute.", {"retry-after": "60"})


def _neighbourhood(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else client


def _enter(
    site: Site, answer: Response, session: Session, host: str, who: User, *, via: str, operator: bool = False
) -> None:
    """Give the browser a fresh session, once it is kept who came in: without that nobody does."""
    now = site.clock()
    with site.parts.db.begin() as db:
        signins.add(db, host=host, who=who.name, via=via[:_MOST_VIA], now=now)
    site.sessions.write(answer, session.signed_in(host, who, now, operator=operator))


def _door(site: Site, request: Request) -> tuple[str, Identity]:
    name = request.path_params["door"]
    door = site.access.identities.get(name)
    if door is None:
        raise HTTPException(404, "Signing in this way is not configured here.")
    return name, door


def _callback(site: Site, name: str) -> str:
    return f"{site.base}/signin/{name}/callback"


def _cookie(site: Site) -> str:
    return f"{site.sessions.cookie}-signin"


def _equal(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode())


def _safe(path: str | None) -> str:
    """Give only a path of ours: two slashes, or a backslash after one, would lead away."""
    ours = path is not None and path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if path is not None and ours else "/"


def _without(request: Request, name: str) -> str:
    # Not `request.url`, which is made from the Host header: a hostile one raises.
    rest = [(key, value) for key, value in request.query_params.multi_items() if key != name]
    return str(request.scope["path"]) + (f"?{urlencode(rest)}" if rest else "")
