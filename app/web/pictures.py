"""Give files by their digest, so that a browser shows pictures and never runs anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.web import runs
from app.web.pages import not_found
from app.web.site import Site
from diffing import formats
from diffing.words import Comparison, Digest, Refused
from storage import comparisons

MOST_AT_ONCE = 12
"""So many differences and sheets are drawn at a time, or wait for it. Each takes a thread from the deliveries."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INLINE = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "text/plain; charset=utf-8"})
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=31536000, immutable",
}
_SIGNED = {
    "cross-origin-resource-policy": "cross-origin",  # it stands in a comment on the forge's own pages
    "cache-control": "public, max-age=86400, immutable",
}


def show(site: Site, request: Request) -> Response:
    """Give a file to whoever may see a run that shows it, or has a signed link to it."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise not_found()
    signed = _by_link(site, request, digest)
    if not signed:
        _must_belong(site, request, Digest(digest))
    headers = _HEADERS | (_SIGNED if signed else {})
    return _unless_known(request, digest, headers, lambda: site.parts.blobs.get(Digest(digest)))


def sheet(site: Site, request: Request) -> Response:
    """Draw a file of a run that browsers do not show, or must not: SVG, PDF, TIFF.

    Only one of a known size: that it can be drawn, and in time, was found when it was compared."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise not_found()
    session = site.sessions.read(request, site.clock())
    run = runs.seen(site, session, request.query_params.get("run", ""))
    with site.parts.reading() as db:
        if not any(_has_size(each, digest) for each in comparisons.of_file(db, run.id, Digest(digest))):
            raise not_found()
    return _unless_known(request, f"{digest}-drawn", _HEADERS, lambda: _held(site, site.sheet, Digest(digest)))


def difference(site: Site, request: Request) -> Response:
    """Draw what differs, when somebody looks."""
    session = site.sessions.read(request, site.clock())
    run = runs.seen(site, session, request.path_params["id"])
    with site.parts.reading() as db:
        found = comparisons.find(db, request.path_params["comparison"])
    if found is None or found[0] != run.id:
        raise not_found()
    golden, candidate, mask = _three(found[1])
    key = sha256(f"{golden} {candidate} {mask}".encode()).hexdigest()
    return _unless_known(request, key, _HEADERS, lambda: _held(site, site.draw, golden, candidate, mask))


def marks(site: Site, request: Request) -> Response:
    """Give the mask of one comparison: what differs in colours, all else transparent."""
    session = site.sessions.read(request, site.clock())
    run = runs.seen(site, session, request.path_params["id"])
    with site.parts.reading() as db:
        found = comparisons.find(db, request.path_params["comparison"])
    if found is None or found[0] != run.id:
        raise not_found()
    _, _, mask = _three(found[1])
    return _unless_known(request, mask, _HEADERS, lambda: site.parts.blobs.get(mask))


def _has_size(comparison: Comparison, digest: str) -> bool:
    found = comparison.difference
    if found is None:
        return False
    return bool(found.golden_size if comparison.golden == digest else found.candidate_size)


def _held(site: Site, draw: Callable[..., bytes], *files: Digest) -> bytes:
    """Draw when there is room for it."""
    if not site.drawing.acquire(blocking=False):
        raise HTTPException(503, "Too many differences are looked at just now. Try again.", {"retry-after": "2"})
    try:
        return draw(*(site.parts.blobs.get(each) for each in files))
    finally:
        site.drawing.release()


def _by_link(site: Site, request: Request, digest: str) -> bool:
    until, signature = request.query_params.get("until", ""), request.query_params.get("sig", "")
    return bool(signature) and site.parts.links.may_see_picture(digest, until, signature, site.clock())


def _must_belong(site: Site, request: Request, digest: Digest) -> None:
    session = site.sessions.read(request, site.clock())
    run = runs.seen(site, session, request.query_params.get("run", ""))
    with site.parts.reading() as db:
        if digest not in comparisons.digests(db, run.id):
            raise not_found()


def _three(comparison: Comparison) -> tuple[Digest, Digest, Digest]:
    if comparison.golden is None or comparison.candidate is None or comparison.mask is None:
        raise not_found()
    return comparison.golden, comparison.candidate, comparison.mask


def _unless_known(request: Request, key: str, headers: dict[str, str], get: Callable[[], bytes]) -> Response:
    headers = headers | {"etag": f'"{key}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    try:
        content = get()
    except Refused as refused:
        raise HTTPException(410, str(refused)) from refused
    media = formats.media_type(content)
    if media not in _INLINE:
        media, headers = "application/octet-stream", headers | {"content-disposition": "attachment"}
    return Response(content, headers=headers | {"content-type": media})
