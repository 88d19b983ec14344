"""Show one run with everything that is to be decided."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.web import hexes, room, sight, signin, texts
from app.web.pages import fragment, not_found, page
from app.web.room import Room
from app.web.sessions import Session
from app.web.site import Site
from diffing.words import Name


def show(site: Site, request: Request) -> Response:
    """Show a run, or one comparison of it."""
    run_id = request.path_params["id"]
    if entered := signin.by_token(site, request) or signin.by_key(site, request, run_id):
        return entered
    session = site.sessions.read(request, site.clock())
    laid = room.lay_out(site, session, sight.run(site, session, run_id))
    if golden := request.query_params.get("golden"):
        return RedirectResponse(_place(laid, Name(golden)), 303)
    only = request.path_params.get("comparison")
    if only is not None and all(card.id != str(only) for card in laid.cards):
        raise not_found()
    words = _words(site, laid, only=str(only) if only is not None else None)
    return page(site, request, session, "run.html", **words)


def state(site: Site, request: Request) -> Response:
    """Say how a run stands, for a page that is open."""
    session = site.sessions.read(request, site.clock())
    answer = standing(site, session, request.path_params["id"])
    if request.headers.get("if-none-match") == answer.headers["etag"]:
        return Response(status_code=304, headers={"etag": answer.headers["etag"]})
    return answer


def standing(site: Site, session: Session, run_id: str) -> Response:
    """Give what may change on an open page: opinions, and the parts that tell of them."""
    laid = room.lay_out(site, session, sight.run(site, session, run_id))
    words = {"room": laid, "path": f"/runs/{run_id}"}
    answer = JSONResponse(
        {
            "state": laid.run.state,
            "summary": fragment(site, session, "_summary.html", **words),
            "bar": fragment(site, session, "_bar.html", **words),
            "opinions": {card.id: [card.opinion or "", card.who] for card in laid.cards},
        }
    )
    answer.headers["etag"] = f'"{sha256(bytes(answer.body)).hexdigest()[:32]}"'
    return answer


def _words(site: Site, laid: Room, only: str | None) -> dict[str, Any]:
    cards = [card for card in laid.cards if only in (None, card.id)]
    suites = [(suite, [card for card in of_suite if only in (None, card.id)]) for suite, of_suite in laid.suites]
    beside = texts.of_cards(site, cards)
    return {
        "room": laid,
        "only": only,
        "suites": [(suite, of_suite) for suite, of_suite in suites if of_suite],
        "texts": beside,
        "hexes": hexes.of_cards(site, [card for card in cards if card.id not in beside]),
    }


def _place(laid: Room, golden: Name) -> str:
    found = [card for card in laid.cards if card.comparison.name == golden]
    return f"/runs/{laid.run.id}" + (f"#c-{found[0].id}" if found else "")
