"""Take a forge's webhooks: verify, keep in one insert, answer 202. Everything else happens later."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.flow import ingest
from app.web.site import Site
from bots.events import Unverified
from diffing.words import Unavailable

MOST_BYTES = 25 * 1024 * 1024
"""GitHub and GitLab send no more."""


def receive(site: Site, request: Request, body: bytes) -> Response:
    """Keep a delivery. A copy of a finished one is answered alike, and dropped."""
    webhook = site.hooks.get(request.path_params["forge"])
    if webhook is None:
        return PlainTextResponse("No forge of this name is configured here.\n", 404)
    try:
        jobs = ingest.keep(site.parts.db, webhook.verify(request.headers, body), site.clock())
    except Unverified as unverified:
        return PlainTextResponse(f"{unverified}\n", 401)
    except (DataError, ValueError):
        return PlainTextResponse("The delivery's headers cannot be kept.\n", 400)
    except (Unavailable, SQLAlchemyError):
        return PlainTextResponse("The delivery cannot be kept now; deliver again.\n", 503, {"retry-after": "60"})
    with suppress(Unavailable):  # it is kept, and the sweep asks for it again
        site.enqueue(jobs)
    return PlainTextResponse("Kept.\n", 202)
