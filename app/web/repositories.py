"""Show one repository: its runs, and how its goldens fared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.web import index, places, searches, sight, walks
from app.web.pages import not_found, page
from app.web.sessions import Session
from app.web.site import Site
from diffing.words import Name
from storage import histories, repos
from storage.histories import Golden, Order, Place
from storage.repos import StoredRepo

A_PAGE = 100
_ORDERS = {Order.CHANGED: "Most often changed", Order.FLAKY: "Most often flaky", Order.NAME: "By name"}


def show(site: Site, request: Request) -> Response:
    """Show the runs of a repository, or its goldens. One that may not be seen is answered like none."""
    session = site.sessions.read(request, site.clock())
    repo = _found(site, session, request.path_params["host"], request.path_params["repo"])
    home = places.repository(repo.host, repo.path)
    if request.query_params.get("view") == "goldens":
        listed = _goldens(site, repo, home, request.query_params)
        return page(site, request, session, "goldens.html", repo=repo, home=home, **listed)
    search = searches.read(request.query_params)
    piece = walks.piece(site, session, search, repo.id)
    listed = index.words(site, search, piece, home)
    return page(site, request, session, "repository.html", repo=repo, home=home, **listed)


def _found(site: Site, session: Session, host: str, path: str) -> StoredRepo:
    with site.parts.reading() as db:
        named = repos.named(db, host, path)
    seen = sight.repos(site, session, [each.id for each in named])
    found = next((each for each in named if each.id in seen), None)
    if found is None:
        raise not_found()
    return found


def _goldens(site: Site, repo: StoredRepo, home: str, query: Mapping[str, str]) -> dict[str, Any]:
    words, order, after = searches.text(query, "q"), _order(query), _place(query)
    with site.parts.reading() as db:
        listed = histories.goldens(db, repo.id, words=words, order=order, after=after, most=A_PAGE + 1)
        over = histories.runs_counted(db, repo.id)
    shown = listed[:A_PAGE]
    more = _address(home, words, order, shown[-1]) if len(listed) > A_PAGE else ""
    return {
        "goldens": [(each, places.golden(repo.id, each.name)) for each in shown],
        "words": words,
        "order": order,
        "orders": _ORDERS,
        "over": over,
        "more": more,
        "first": _address(home, words, order, None) if after else "",
    }


def _order(query: Mapping[str, str]) -> Order:
    return next((each for each in Order if each == query.get("order")), Order.CHANGED)


def _place(query: Mapping[str, str]) -> Place | None:
    """Read where a list goes on; None where it begins."""
    score, name = query.get("score", ""), query.get("after")
    known = score.isascii() and score.isdecimal() and len(score) < 10
    return Place(int(score), Name(name)) if name and known else None


def _address(home: str, words: str, order: Order, after: Golden | None) -> str:
    place = {"score": str(after.score), "after": after.name} if after else {}
    query = {"view": "goldens", "q": words, "order": str(order), **place}
    return f"{home}?{urlencode({key: value for key, value in query.items() if value})}"
