"""Say whether the process lives, and whether its parts answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.flow.parts import Parts
from app.web.site import Probe, Site
from diffing.words import Digest, Refused
from storage import database

_NO_DIGEST = Digest("0" * 64)


def alive(_site: Site, _request: Request) -> Response:
    """The process lives: it answers."""
    return PlainTextResponse("ok\n")


def ready(site: Site, _request: Request) -> Response:
    """Ask each part; 503 where one cannot do its work."""
    states = {name: _state(probe) for name, probe in site.probes.items()}
    good = all(state == "ok" for state in states.values())
    return JSONResponse(states, 200 if good else 503)


def probes(parts: Parts) -> dict[str, Probe]:
    """Give the probes of the parts that are always there."""
    return {"database": lambda: database.check(parts.db), "storage": lambda: _reach(parts)}


def _reach(parts: Parts) -> None:
    parts.blobs.has(_NO_DIGEST)


def _state(probe: Probe) -> str:
    # Never the error's own words: they may hold an address with its password.
    try:
        probe()
    except Refused:
        return "refused: `golddigger doctor` says how to mend it"
    except Exception:  # noqa: BLE001 - whatever it is, this part is not ready
        return "does not answer"
    return "ok"
