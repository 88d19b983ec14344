"""Read what a browser posts, and tell our own pages' posts from forged ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.web.sessions import Session
from app.web.site import Site

MOST_BYTES = 64 * 1024
_MOST_FIELDS = 50


def read(request: Request, body: bytes) -> Mapping[str, str]:
    """Read a form, or a flat JSON object, as text by field."""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return _flat(json.loads(body))
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (ValueError, RecursionError) as broken:
        raise HTTPException(400, "What was sent cannot be read.") from broken


def must_be_ours(site: Site, request: Request, session: Session, fields: Mapping[str, str]) -> None:
    """Refuse a post that another site's page could have made the browser send."""
    if not _same_origin(site, request):
        raise HTTPException(403, "This was sent from another site.")
    given = request.headers.get("x-csrf-token") or fields.get("csrf", "")
    if not site.sessions.is_csrf(session, given):
        raise HTTPException(403, "This page is too old, or you signed in or out since. Reload it and try again.")


def _flat(words: object) -> Mapping[str, str]:
    if not isinstance(words, dict):
        raise ValueError("not an object")
    return {key: "" if value is None else str(value) for key, value in words.items()}


def _same_origin(site: Site, request: Request) -> bool:
    """Browsers name the page's origin with each post; what is no browser names none, and has the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    ours = urlsplit(site.base)
    return origin in (None, f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{request.headers.get('host')}")
