"""Take what somebody decides on a run's page. The flow asks the forge whether they may."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.flow import decide as deciding
from app.flow.jobs import Job
from app.web import posts, runs, sight
from app.web.pages import wants_json
from app.web.room import Room, lay_out
from app.web.sessions import Session
from app.web.site import Site
from bots.forge import User
from diffing.words import Digest, Opinion
from storage.runs import StoredRun

_VIA = "page"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's post about a run they may see, proved to come from our own page."""

    session: Session
    run: StoredRun
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
    jobs = deciding.decide(
        site.parts,
        run_id=post.run.id,
        who=post.who,
        opinion=opinion,
        chosen=chosen,
        via=_VIA,
        now=site.clock(),
    )
    anchor = f"#c-{chosen[0][0]}" if len(chosen) == 1 else ""
    return _answer(site, request, post, jobs, anchor)


def undo(site: Site, request: Request, body: bytes) -> Response:
    """Take back the last thing this person said."""
    post = _read(site, request, body)
    jobs, _ = deciding.undo(site.parts, change_id=post.run.change_id, who=post.who, via=_VIA, now=site.clock())
    return _answer(site, request, post, jobs)


def commit(site: Site, request: Request, body: bytes) -> Response:
    """Ask for the commit of what is approved."""
    post = _read(site, request, body)
    jobs = deciding.commit(site.parts, run_id=post.run.id, who=post.who, now=site.clock())
    return _answer(site, request, post, jobs)


def _read(site: Site, request: Request, body: bytes) -> Post:
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    fields = posts.read(request, body)
    posts.must_be_ours(site, request, session, fields)
    room = lay_out(site, session, run)
    if room.who is None:
        raise HTTPException(403, "Sign in to decide; the link alone lets you look only.")
    return Post(session, run, room.who, fields)


def _chosen(site: Site, post: Post) -> list[tuple[int, Digest | None]]:
    if "all" in post.fields:
        return _awaiting(lay_out(site, post.session, post.run), post.fields.get("suite") or None)
    comparison, candidate = post.fields.get("comparison", ""), post.fields.get("candidate", "")
    if not _NUMBER.fullmatch(comparison) or not (candidate == "" or _DIGEST.fullmatch(candidate)):
        raise HTTPException(400, "A decision names a comparison and the candidate that was seen.")
    return [(int(comparison), Digest(candidate) if candidate else None)]


def _awaiting(room: Room, suite: str | None) -> list[tuple[int, Digest | None]]:
    """All that nobody spoke of yet: *all* never overrides what somebody said of one golden."""
    found = [card.comparison for card in room.cards if card.opinion is None]
    chosen = [each for each in found if each.decidable and suite in (None, each.suite)]
    if not chosen:
        raise HTTPException(409, "Nothing awaits a decision here any more.")
    return [(int(each.id), each.candidate) for each in chosen]


def _answer(site: Site, request: Request, post: Post, jobs: Iterable[Job], anchor: str = "") -> Response:
    site.enqueue(jobs)
    if wants_json(request):
        return runs.standing(site, post.session, post.run.id)
    return RedirectResponse(f"/runs/{post.run.id}{anchor}", 303)
