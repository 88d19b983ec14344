"""Put the web application together: its addresses, its doors, and words for what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from threading import BoundedSemaphore

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.flow.jobs import Enqueue
from app.flow.parts import Parts
from app.web import (
    decisions,
    health,
    histories,
    index,
    live,
    numbers,
    pages,
    pictures,
    posts,
    repositories,
    runs,
    setup,
    signin,
    thumbnails,
    webhooks,
    writing,
)
from app.web.asking import Asking
from app.web.bodies import Bodies
from app.web.buckets import Buckets
from app.web.headers import HEADERS, SecurityHeaders
from app.web.live import Live
from app.web.seals import Seals
from app.web.seats import Seats
from app.web.sessions import Sessions
from app.web.site import Access, Draw, Probe, Sheet, Shrink, Site
from bots.events import Webhook
from diffing.words import Refused, Unavailable

Shown = Callable[[Site, Request], Response]
Posted = Callable[[Site, Request, bytes], Response]


def _now() -> datetime:
    return datetime.now(UTC)


def create(
    parts: Parts,
    enqueue: Enqueue,
    access: Access,
    *,
    hooks: Mapping[str, Webhook],
    draw: Draw,
    sheet: Sheet,
    shrink: Shrink,
    probes: Mapping[str, Probe] | None = None,
    clock: Callable[[], datetime] = _now,
    ticks: Callable[[], float] = time.monotonic,
) -> Starlette:
    """Make the application. `hooks`: by the name in the address. `probes`: beside database and storage."""
    seals = Seals(access.secret_key)
    site = Site(
        parts=parts,
        enqueue=enqueue,
        access=access,
        hooks=hooks,
        draw=draw,
        sheet=sheet,
        shrink=shrink,
        probes=health.probes(parts) | dict(probes or {}),
        clock=clock,
        seals=seals,
        sessions=Sessions.at(parts.links.base, seals),
        asking=Asking(parts.forges, clock=ticks),
        seats=Seats(clock=ticks),
        tries=Buckets(clock=ticks),
        acts=Buckets(clock=ticks, most=decisions.MOST_AT_ONCE, every=decisions.EVERY),
        bodies=Bodies(),
        drawing=BoundedSemaphore(pictures.MOST_AT_ONCE),
        sketching=BoundedSemaphore(thumbnails.MOST_AT_ONCE),
        live=Live(partial(live.pulse, parts)),
    )
    web = Starlette(
        routes=_routes(site),
        middleware=[Middleware(SecurityHeaders, secure=site.sessions.secure)],
        exception_handlers=_words(site),
    )
    web.router.redirect_slashes = False
    web.state.live = site.live  # whoever stops the server ends it first
    return web


def _routes(site: Site) -> list[Route | Mount]:
    def get(path: str, page: Shown) -> Route:
        return Route(path, lambda request: page(site, _sound(request)), methods=["GET"])

    def post(path: str, act: Posted, most: int = posts.MOST_BYTES) -> Route:
        return Route(path, _reading(site, act), methods=["POST"], max_body_size=most)

    numbers.teach()
    return [
        post("/webhooks/{forge}", webhooks.receive, webhooks.MOST_BYTES),
        get("/", index.index),
        get("/r/{host}/{repo:path}", repositories.show),
        get("/goldens/{repo:number}/{golden:path}", histories.show),
        get("/runs/{id}", runs.show),
        get("/runs/{id}/state", runs.state),
        get("/runs/{id}/list", runs.listing),
        Route("/runs/{id}/events", partial(runs.events, site), methods=["GET"]),
        get("/runs/{id}/comparisons/{comparison:number}", runs.numbered),
        get("/runs/{id}/comparisons/{comparison:number}/stage", runs.stage),
        post("/runs/{id}/decisions", decisions.decide),
        post("/runs/{id}/undo", decisions.undo),
        post("/runs/{id}/commit", decisions.commit),
        get("/runs/{id}/{golden:path}", runs.named),
        get("/pictures/{digest}", pictures.show),
        get("/pictures/{digest}/drawn", pictures.sheet),
        get("/pictures/{digest}/thumbnail", thumbnails.show),
        get("/pictures/{id}/{comparison:number}/difference", pictures.difference),
        get("/pictures/{id}/{comparison:number}/marks", pictures.marks),
        get("/signin", signin.choose),
        get("/signin/{door}", signin.begin),
        get("/signin/{door}/callback", signin.finish),
        post("/signout", signin.leave),
        get("/setup", setup.begin),
        get("/setup/callback", setup.finish),
        get("/healthz", health.alive),
        get("/readyz", health.ready),
        Mount("/static", StaticFiles(directory=writing.HERE / "static")),
    ]


def _sound(request: Request) -> Request:
    """No name and no id has a NUL in it, and not every database can be asked for one."""
    if "\0" in request.scope["path"] or any("\0" in value for value in request.query_params.values()):
        raise pages.not_found()
    return request


def _reading(site: Site, act: Posted) -> Callable[[Request], Awaitable[Response]]:
    """Read a body, as far as the route's cap, and go on in a thread."""

    async def receive(request: Request) -> Response:
        async with site.bodies.of(request) as body:
            return await run_in_threadpool(act, site, request, body)

    return receive


def _words(site: Site) -> dict[type[Exception], Callable[[Request, Exception], Response]]:
    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls it with no other
        why = error.detail if error.detail != HTTPStatus(error.status_code).phrase else pages.NOTHING_HERE
        answer = pages.trouble(site, request, error.status_code, why)
        answer.headers.update(error.headers or {})
        return answer

    def refused(request: Request, error: Exception) -> Response:
        return pages.trouble(site, request, 409, str(error), _back(request))

    def unavailable(request: Request, error: Exception) -> Response:
        after = error.after if isinstance(error, Unavailable) else None
        answer = pages.trouble(site, request, 503, f"{error} Nothing was changed; try again.", _back(request))
        answer.headers["retry-after"] = str(int(after or 10))
        return answer

    def broken(request: Request, _error: Exception) -> Response:
        why = "This is our mistake, and it is in the log. Try again."
        answer = pages.trouble(site, request, 500, why, _back(request))
        answer.headers.update(HEADERS)  # Starlette answers this one outside of every middleware
        return answer

    def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)

    return {
        HTTPException: http,
        Refused: refused,
        Unavailable: unavailable,
        ClientDisconnect: gone,
        Exception: broken,
    }


def _back(request: Request) -> str:
    run = request.path_params.get("id")
    return f"/runs/{run}" if run else "/"
