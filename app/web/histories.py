"""Show the history of one golden: when it changed, to what, and who decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.web import places, sight
from app.web.cards import Card, Shown, Side, card_of
from app.web.pages import not_found, page
from app.web.sessions import Session
from app.web.site import Site
from diffing.words import Digest, Name
from storage import approvals, decisions, forgotten, histories, repos
from storage.approvals import StoredApproval
from storage.decisions import StoredDecision
from storage.histories import Episode
from storage.repos import StoredRepo

A_PAGE = 20
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One run in which the golden called for a look, with what was said and done there."""

    episode: Episode
    card: Card
    said: Sequence[StoredDecision]
    committed: Sequence[StoredApproval]

    @property
    def stage(self) -> str:
        """The address where it is shown large."""
        return f"/runs/{self.episode.run_id}/comparisons/{self.episode.id}"

    @property
    def pictured(self) -> bool:
        """Is there, or was there, anything to be seen at a glance? Of a text there is not."""
        return any(self.thumbnail(side) or side.since for side in (self.card.before, self.card.after))

    def thumbnail(self, side: Side) -> str:
        """Give the address of a side's small picture; empty where it has none.

        Of a removed golden no size is known, so none is made: it is shown as it is."""
        if side.digest is None or side.since or not side.readable:
            return ""
        if side.size is None:
            return f"/pictures/{side.digest}?run={self.episode.run_id}" if self.card.shown is Shown.PICTURE else ""
        return f"/pictures/{side.digest}/thumbnail?run={self.episode.run_id}"


@dataclass(frozen=True, slots=True)
class _Place:
    """From where on a history is read."""

    before: int | None
    """None: from the newest on."""
    after: int | None
    """None: not back towards the newest."""


def show(site: Site, request: Request) -> Response:
    """Show a golden's history, as far as the visitor may see the runs in which it lies."""
    session = site.sessions.read(request, site.clock())
    repo, whole = _found(site, session, request.path_params["repo"])
    name = Name(request.path_params["golden"])
    among = None if whole else session.runs
    with site.parts.reading() as db:
        fared = histories.fared(db, repo.id, name, among=among)
    if fared is None:
        raise not_found()
    home = places.repository(repo.host, repo.path) if whole else ""
    told = _told(site, repo, name, among, _place(request.query_params))
    words = {"repo": repo, "home": home, "name": name, "fared": fared, **told}
    return page(site, request, session, "golden.html", **words)


def _found(site: Site, session: Session, repo_id: int) -> tuple[StoredRepo, bool]:
    """Give a repository, and whether all of it may be seen, rather than the runs whose links were given."""
    with site.parts.reading() as db:
        found = repos.of_ids(db, [repo_id]) if repo_id <= _LARGEST_ID else []
    if not found:
        raise not_found()
    return found[0], bool(sight.repos(site, session, [repo_id]))


def _told(
    site: Site, repo: StoredRepo, name: Name, among: Collection[str] | None, place: _Place
) -> dict[str, Any]:
    with site.parts.reading() as db:
        if place.after is not None:
            met = histories.after(db, repo.id, name, among=among, than=place.after, most=A_PAGE + 1)
            newer, older = len(met) > A_PAGE, True
            episodes = met[-A_PAGE:]
        else:
            met = histories.before(db, repo.id, name, among=among, than=place.before, most=A_PAGE + 1)
            newer, older = place.before is not None, len(met) > A_PAGE
            episodes = met[:A_PAGE]
        changes = {each.change_id for each in episodes}
        said = decisions.on_golden(db, changes, name)
        committed = approvals.committed(db, changes)
        gone = forgotten.among(db, _files(episodes))
    here = places.golden(repo.id, name)
    forge = site.parts.forges.get(repo.host)
    return {
        "chapters": [_chapter(each, said, committed, gone) for each in episodes],
        "newer": f"{here}?after={episodes[0].id}" if newer and episodes else "",
        "older": f"{here}?before={episodes[-1].id}" if older and episodes else "",
        "newest": here if place.before is not None or place.after is not None else "",
        "sign": forge.words().sign if forge else "",
    }


def _chapter(
    episode: Episode,
    said: Sequence[StoredDecision],
    committed: Sequence[StoredApproval],
    gone: Mapping[Digest, datetime],
) -> Chapter:
    """Put each decision where it was made: on the run that was looked at."""
    each = episode.comparison
    return Chapter(
        episode=episode,
        card=card_of(each, None, gone),
        said=[one for one in said if one.run_id == episode.run_id and one.candidate == each.candidate],
        committed=[one for one in committed if one.run_id == episode.run_id and _carries(one, episode)],
    )


def _carries(approval: StoredApproval, episode: Episode) -> bool:
    each = episode.comparison
    return any(file.name == each.name and file.candidate == each.candidate for file in approval.files)


def _files(episodes: Sequence[Episode]) -> list[Digest]:
    both = chain.from_iterable((each.comparison.golden, each.comparison.candidate) for each in episodes)
    return [each for each in both if each is not None]


def _place(query: Mapping[str, str]) -> _Place:
    return _Place(_number(query.get("before", "")), _number(query.get("after", "")))


def _number(word: str) -> int | None:
    known = word.isascii() and word.isdecimal() and len(word) < 10
    return int(word) if known else None
