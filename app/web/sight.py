"""Say what a visitor may see: as the operator, by a link, because it is public, or as their forge says now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from starlette.exceptions import HTTPException

from app.flow import standing
from app.web.pages import not_found
from app.web.sessions import Session
from app.web.site import Site
from bots.forge import User
from storage import changes
from storage import repos as kept_repos
from storage import runs as kept_runs
from storage.repos import StoredRepo
from storage.runs import StoredRun

NO_LONGER = (
    "This run is not kept any more: nobody decided anything on it. Runs are kept for a while after their change "
    "was closed, or a newer run came."
)


def run(site: Site, session: Session, run_id: str) -> StoredRun:
    """Give a run that this visitor may see; the rest is answered like one that does not exist.

    Whoever has the link to one that was cleaned is told so."""
    with site.parts.reading() as db:
        found = kept_runs.find(db, run_id)
        repo = kept_repos.get(db, changes.get(db, found.change_id).repo_id) if found else None
    if found is None and run_id in session.runs:
        raise HTTPException(410, NO_LONGER)
    if found is None or repo is None:
        raise not_found()
    if not session.admits(run_id) and not _seen(site, session, [repo]):
        raise not_found()
    return found


def repos(site: Site, session: Session, ids: Iterable[int]) -> set[int]:
    """Give which of these repositories the visitor may see as a whole. A forge that hangs costs seconds."""
    with site.parts.reading() as db:
        kept = kept_repos.of_ids(db, set(ids))
    return _seen(site, session, kept)


def waits(site: Site, session: Session, kept: StoredRepo) -> str:
    """Say why somebody who is signed in cannot decide now: their forge does not answer. Empty where it does."""
    who, repo = session.people.get(kept.host), standing.in_words(kept)
    if who is not None:
        site.asking.granted(who, [repo])  # the answer is kept, so that it costs nothing until it is old
    return site.asking.away(repo) if who is not None else ""


def _seen(site: Site, session: Session, kept: Sequence[StoredRepo]) -> set[int]:
    if session.operator:
        return {each.id for each in kept}
    seen = _public(site, kept)
    others = sorted((each for each in kept if each.id not in seen), key=lambda each: each.host)
    for host, of_host in groupby(others, key=lambda each: each.host):
        if (who := session.people.get(host)) is not None:
            seen |= _granted(site, who, list(of_host))
    return seen


def _public(site: Site, kept: Sequence[StoredRepo]) -> set[int]:
    """Give what anybody may look at. That a repository was public counts only while its forge says so.

    Not what the bot lost: nobody can be asked about that any more."""
    if not site.access.public_pages:
        return set()
    return _granted(site, None, [each for each in kept if not each.private and not each.gone])


def _granted(site: Site, who: User | None, kept: Sequence[StoredRepo]) -> set[int]:
    by_repo = {standing.in_words(each): each.id for each in kept}
    return {by_repo[repo] for repo in site.asking.granted(who, list(by_repo))}
