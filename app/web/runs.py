"""Show one run: its list, the stage beside it, and what changes on a page that is open."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse

from app.web import hexes, lists, live, room, sight, signin, texts
from app.web.cards import Card, card_of
from app.web.lists import Listed
from app.web.pages import fragment, not_found, page
from app.web.room import Room
from app.web.sessions import Session
from app.web.site import Site
from diffing.words import Comparison, Name
from storage import comparisons, decisions, forgotten, listings, pulses
from storage.listings import Place
from storage.runs import StoredRun


def show(site: Site, request: Request) -> Response:
    """Show a run: the first rows of its list, and what is open first on the stage.

    Whatever the run's size, the page has a hundred rows: 10,000 goldens cost a quarter of a second, and 100 kB."""
    run_id = request.path_params["id"]
    if entered := signin.by_token(site, request) or signin.by_key(site, request, run_id):
        return entered
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, run_id)
    if golden := request.query_params.get("golden"):
        return RedirectResponse(_address(site, run, Name(golden)), 303)
    laid = room.lay_out(site, session, run)
    with site.parts.reading() as db:
        listed = lists.piece(db, run, lists.asked(request.query_params))
    first = [entry.card for entry in listed.entries]
    open_ones = [card for card in first if card.comparison.decidable and card.opinion is None]
    card = next(iter(open_ones or first), None)
    return page(site, request, session, "run.html", **_words(site, laid, listed, card), view="list", others=())


def named(site: Site, request: Request) -> Response:
    """Show a run with the comparison of one golden on the stage."""
    name = Name(request.path_params["golden"])
    return _one(site, request, lambda db, run: listings.named(db, run.id, run.change_id, name))


def numbered(site: Site, request: Request) -> Response:
    """Show a run with one comparison on the stage, by its number: so it is linked in comments."""

    def find(db: Connection, run: StoredRun) -> list[Place]:
        place = listings.find(db, run.id, run.change_id, request.path_params["comparison"])
        alike = listings.named(db, run.id, run.change_id, place.name) if place else []
        return sorted(alike, key=lambda each: place is None or each.id != place.id)

    return _one(site, request, find)


def listing(site: Site, request: Request) -> Response:
    """Give a piece of a run's list, for a page that is open: a walk over the run in SQL, a hundred rows read."""
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    laid = room.lay_out(site, session, run)
    with site.parts.reading() as db:
        listed = lists.piece(db, run, lists.asked(request.query_params))
    return HTMLResponse(fragment(site, session, "_rows.html", room=laid, listed=listed, current=""))


def stage(site: Site, request: Request) -> Response:
    """Give one comparison for a page that is open: it costs what one comparison costs, whatever the run's size."""
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    laid = room.lay_out(site, session, run)
    with site.parts.reading() as db:
        card = _card(db, run, _found(db, run, request.path_params["comparison"]))
    return HTMLResponse(fragment(site, session, "_stage.html", room=laid, **_staged(site, card)))


def state(site: Site, request: Request) -> Response:
    """Say how a run stands, for a page that is open; 304 costs a few small reads."""
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    etag = _etag(site, session, run, _pulse(site, run))
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"etag": etag})
    return standing(site, session, run.id, since=_since(request.query_params.get("since")))


async def events(site: Site, request: Request) -> Response:
    """Tell a page that is open whenever its run has news, for as long as it is open; 503 where too many are."""
    session = site.sessions.read(request, site.clock())
    run = await run_in_threadpool(sight.run, site, session, request.path_params["id"])
    client = session.id or (request.client.host if request.client else "")
    site.live.must_have_room(client)
    return StreamingResponse(site.live.watch(run.id, client), headers=live.HEADERS)


def standing(site: Site, session: Session, run_id: str, *, since: int) -> Response:
    """Give what may change on an open page: what was said since a decision, and the parts that tell of the run.

    It costs the count over the run's rows, and what was said since: not an opinion of each golden."""
    run = sight.run(site, session, run_id)
    pulse = _pulse(site, run)
    laid = room.lay_out(site, session, run)
    with site.parts.reading() as db:
        news = listings.news(db, run.id, run.change_id, since=since)
    words = {"room": laid, "path": f"/runs/{run_id}"}
    answer = JSONResponse(
        {
            "state": laid.run.state,
            "pulse": pulse,
            "last": laid.last,
            "decidable": laid.decidable,
            "summary": fragment(site, session, "_summary.html", **words),
            "bar": fragment(site, session, "_bar.html", **words),
            "opinions": {str(id_): [opinion or "", who] for id_, (opinion, who) in news.items()},
        }
    )
    answer.headers["etag"] = _etag(site, session, run, pulse)
    return answer


def next_open(site: Site, run: StoredRun, comparison_id: int) -> str:
    """Give the address of what awaits a decision after a comparison, or before it; its own where nothing does."""
    wanted = listings.Wanted(state=listings.OPEN)
    with site.parts.reading() as db:
        place = listings.find(db, run.id, run.change_id, comparison_id)
        if place is None:
            return f"/runs/{run.id}"
        for at in (place.at, 0):
            for found in listings.after(db, run.id, run.change_id, wanted, at=at, most=1):
                return lists.address(run, found)
    return lists.address(run, place)


def _one(site: Site, request: Request, find: Callable[[Connection, StoredRun], list[Place]]) -> Response:
    """Show the first of what is found on the stage, and link the others."""
    run_id = request.path_params["id"]
    if entered := signin.by_token(site, request) or signin.by_key(site, request, run_id):
        return entered
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, run_id)
    with site.parts.reading() as db:
        places = find(db, run)
        if not places:
            raise not_found()
        listed = lists.piece(db, run, lists.around(places[0], lists.asked(request.query_params)))
        card = _card(db, run, _found(db, run, places[0].id))
    words = _words(site, room.lay_out(site, session, run), listed, card)
    twins = [(each.suite, lists.address(run, each)) for each in places[1:]]
    return page(site, request, session, "run.html", **words, view="stage", others=twins)


def _words(site: Site, laid: Room, listed: Listed, card: Card | None) -> dict[str, Any]:
    staged = _staged(site, card) if card else {"card": None, "texts": {}, "hexes": {}}
    return {"room": laid, "listed": listed, "current": card.id if card else "", **staged}


def _staged(site: Site, card: Card) -> dict[str, Any]:
    beside = texts.of_cards(site, [card])
    return {"card": card, "texts": beside, "hexes": {} if card.id in beside else hexes.of_cards(site, [card])}


def _found(db: Connection, run: StoredRun, comparison_id: int) -> Comparison:
    found = comparisons.find(db, run.id, comparison_id)
    if found is None:
        raise not_found()
    return found


def _card(db: Connection, run: StoredRun, found: Comparison) -> Card:
    sides = [digest for digest in (found.golden, found.candidate) if digest]
    said = decisions.last(db, run.change_id, found.name, found.candidate)
    return card_of(found, said, forgotten.among(db, sides))


def _address(site: Site, run: StoredRun, golden: Name) -> str:
    with site.parts.reading() as db:
        places = listings.named(db, run.id, run.change_id, golden)
    return lists.address(run, places[0]) if places else f"/runs/{run.id}"


def _pulse(site: Site, run: StoredRun) -> str:
    with site.parts.reading() as db:
        return pulses.of_run(db, run.id) or ""


def _etag(site: Site, session: Session, run: StoredRun, pulse: str) -> str:
    repo = room.repo_of(site, run)
    who = session.people.get(repo.host)
    words = (pulse, session.id, who.name if who else "", sight.waits(site, session, repo))
    return f'"{sha256(repr(words).encode()).hexdigest()[:32]}"'


def _since(number: str | None) -> int:
    return int(number) if number and number.isascii() and number.isdecimal() and len(number) < 19 else 0
