"""Take what somebody decides on a run's page. The flow asks the forge whether they may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.flow import decide as deciding
from app.flow import standing
from app.flow.jobs import Job
from app.web import posts, runs, sight
from app.web.pages import wants_json
from app.web.sessions import Session
from app.web.site import Site
from bots.forge import Repo, User
from diffing.words import Digest, Opinion, Unavailable
from storage import changes, listings
from storage.listings import Wanted
from storage.runs import StoredRun

MOST_AT_ONCE = 120
EVERY = 0.4
"""Seconds. 200 goldens at five a second go through, and so do 150 a minute for hours."""
_VIA = "page"
_MOST = 100_000
"""More than a run can find."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's post about a run they may see, proved to come from our own page."""

    session: Session
    run: StoredRun
    repo: Repo
    who: User
    fields: Mapping[str, str]


def decide(site: Site, request: Request, body: bytes) -> Response:
    """Keep an opinion of one candidate, or of all that await one (of a suite)."""
    post = _read(site, request, body)
    try:
        opinion = Opinion(post.fields.get("opinion", ""))
    except ValueError:
        raise HTTPException(400, "An opinion is approved, rejected or withdrawn.") from None
    chosen = _chosen(site, post)
    with site.asking.heard(post.repo):
        at = site.seats.take(site.parts, post.run.change_id, post.who)
        jobs = deciding.decide(
            site.parts, at, run_id=post.run.id, opinion=opinion, chosen=chosen, via=_VIA, now=site.clock()
        )
    return _answer(site, request, post, jobs, about=None if "all" in post.fields else chosen[0][0])


def undo(site: Site, request: Request, body: bytes) -> Response:
    """Take back the last thing this person said."""
    post = _read(site, request, body)
    with site.asking.heard(post.repo):
        at = site.seats.take(site.parts, post.run.change_id, post.who)
        jobs, _ = deciding.undo(site.parts, at, via=_VIA, now=site.clock())
    return _answer(site, request, post, jobs)


def commit(site: Site, request: Request, body: bytes) -> Response:
    """Ask for the commit of what is approved."""
    post = _read(site, request, body)
    with site.asking.heard(post.repo):
        jobs = deciding.commit(site.parts, run_id=post.run.id, who=post.who, now=site.clock())
    return _answer(site, request, post, jobs)


def _read(site: Site, request: Request, body: bytes) -> Post:
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    fields = posts.read(request, body)
    posts.must_be_ours(site, request, session, fields)
    repo = _repo(site, run)
    who = session.people.get(repo.host)
    if who is None:
        raise HTTPException(403, "Sign in to decide; the link alone lets you look only.")
    _slow_down(site, repo.host, who)
    return Post(session, run, repo, who, fields)


def _repo(site: Site, run: StoredRun) -> Repo:
    with site.parts.reading() as db:
        return standing.repo_of(db, changes.get(db, run.change_id).repo_id)


def _slow_down(site: Site, host: str, who: User) -> None:
    """Refuse a person who decides faster than anybody looks; the bucket is one for all they do."""
    if not site.acts.take(f"{host} {who.name}"):
        why = "That was faster than anybody looks. Nothing was changed; go on in a moment."
        raise HTTPException(429, why, {"retry-after": "2"})


def _chosen(site: Site, post: Post) -> list[tuple[int, Digest | None]]:
    if "all" in post.fields:
        return _awaiting(site, post)
    comparison, candidate = post.fields.get("comparison", ""), post.fields.get("candidate", "")
    if not _NUMBER.fullmatch(comparison) or not (candidate == "" or _DIGEST.fullmatch(candidate)):
        raise HTTPException(400, "A decision names a comparison and the candidate that was seen.")
    return [(int(comparison), Digest(candidate) if candidate else None)]


def _awaiting(site: Site, post: Post) -> list[tuple[int, Digest | None]]:
    """All that nobody spoke of yet, of a suite or of the same change where one is named: *all* never overrides
    what somebody said of one golden. The candidates are those that were seen: a run's never change."""
    suite, alike = post.fields.get("suite"), post.fields.get("alike", "")
    wanted = Wanted(state=listings.OPEN, suite=suite or None, alike=alike)
    with site.parts.reading() as db:
        found = listings.after(db, post.run.id, post.run.change_id, wanted, at=0, most=_MOST)
    if not found:
        raise HTTPException(409, "Nothing awaits a decision here any more.")
    return [(each.id, each.candidate) for each in found]


def _answer(
    site: Site, request: Request, post: Post, jobs: Iterable[Job], *, about: int | None = None
) -> Response:
    """Say how things stand to a script; lead a browser to what is next."""
    with suppress(Unavailable):  # it is kept, and the sweep asks for it again
        site.enqueue(jobs)
    if wants_json(request):
        return runs.standing(site, post.session, post.run.id, since=_since(post.fields.get("since", "")))
    there = f"/runs/{post.run.id}" if about is None else runs.next_open(site, post.run, about)
    return RedirectResponse(there, 303)


def _since(number: str) -> int:
    return int(number) if _NUMBER.fullmatch(number) else 0
