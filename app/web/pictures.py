"""Give files by their digest, so that a browser shows pictures and never runs anything."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import chain
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from app.web import sight
from app.web.pages import not_found, trouble, wants_json
from app.web.site import Site
from app.web.writing import day
from diffing import formats
from diffing.words import Comparison, Digest, Refused, Unavailable
from storage import comparisons, forgotten

MOST_AT_ONCE = 12
"""So many differences and sheets are drawn at a time, or wait for it. Each takes a thread from the deliveries."""
AT_A_TIME = 4 << 20
"""Bytes of a file that are in memory at a time, twice or thrice over; what is larger is sent in pieces."""
_LINK_SECONDS = 60
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INLINE = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "text/plain; charset=utf-8"})
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, max-age=31536000, immutable",
}
_A_DAY = 86_400


def show(site: Site, request: Request) -> Response:
    """Give a file to whoever may see a run that shows it, or has a signed link to it."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise not_found()
    signed = _by_link(site, request, digest)
    if not signed:
        _must_belong(site, request, Digest(digest))
    headers = HEADERS | (_of_a_link(site, request) if signed else {}) | {"etag": f'"{digest}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    try:
        return _whatever_its_size(site, Digest(digest), headers)
    except Refused as refused:
        return _gone(site, request, refused, [Digest(digest)])


def sheet(site: Site, request: Request) -> Response:
    """Draw a file of a run that browsers do not show, or must not: SVG, PDF, TIFF.

    Only one of a known size: that it can be drawn, and in time, was found when it was compared."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise not_found()
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.query_params.get("run", ""))
    with site.parts.reading() as db:
        if not any(has_size(each, digest) for each in comparisons.of_file(db, run.id, Digest(digest))):
            raise not_found()
    return unless_known(site, request, f"{digest}-drawn", HEADERS, _held(site, site.sheet), Digest(digest))


def difference(site: Site, request: Request) -> Response:
    """Draw what differs, when somebody looks."""
    golden, candidate, mask = _three(site, request)
    key = sha256(f"{golden} {candidate} {mask}".encode()).hexdigest()
    return unless_known(site, request, key, HEADERS, _held(site, site.draw), golden, candidate, mask)


def marks(site: Site, request: Request) -> Response:
    """Give the mask of one comparison: what differs in colours, all else transparent."""
    _, _, mask = _three(site, request)
    return unless_known(site, request, mask, HEADERS, site.parts.blobs.get, mask)


def has_size(comparison: Comparison, digest: str) -> bool:
    """Was a file's size found when it was compared, so that it can be drawn?"""
    found = comparison.difference
    if found is None:
        return False
    return bool(found.golden_size if comparison.golden == digest else found.candidate_size)


def _held(site: Site, draw: Callable[..., bytes]) -> Callable[..., bytes]:
    """Draw from files when there is room for it."""

    def drawn(*files: Digest) -> bytes:
        if not site.drawing.acquire(blocking=False):
            raise HTTPException(
                503, "Too many differences are looked at just now. Try again.", {"retry-after": "2"}
            )
        try:
            return draw(*(site.parts.blobs.get(each) for each in files))
        finally:
            site.drawing.release()

    return drawn


def _by_link(site: Site, request: Request, digest: str) -> bool:
    until, signature = request.query_params.get("until", ""), request.query_params.get("sig", "")
    return bool(signature) and site.parts.links.may_see_picture(digest, until, signature, site.clock())


def _of_a_link(site: Site, request: Request) -> dict[str, str]:
    """Let the forge's own pages show it, and nobody keep it for longer than the link lasts."""
    left = int(request.query_params["until"]) - int(site.clock().timestamp())
    return {
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": f"public, max-age={min(_A_DAY, left)}, immutable",
    }


def _must_belong(site: Site, request: Request, digest: Digest) -> None:
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.query_params.get("run", ""))
    with site.parts.reading() as db:
        if digest not in comparisons.digests(db, run.id):
            raise not_found()


def _three(site: Site, request: Request) -> tuple[Digest, Digest, Digest]:
    """Give golden, candidate and mask of a comparison that the visitor may see."""
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.path_params["id"])
    with site.parts.reading() as db:
        found = comparisons.find(db, run.id, request.path_params["comparison"])
    if found is None or found.golden is None or found.candidate is None or found.mask is None:
        raise not_found()
    return found.golden, found.candidate, found.mask


def unless_known(
    site: Site, request: Request, key: str, headers: dict[str, str], get: Callable[..., bytes], *files: Digest
) -> Response:
    """Give what belongs under a key, for ever the same, unless the browser has it."""
    headers = headers | {"etag": f'"{key}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    try:
        content = get(*files)
    except Refused as refused:
        return _gone(site, request, refused, files)
    return Response(content, headers=headers | _type(content))


def _whatever_its_size(site: Site, digest: Digest, headers: dict[str, str]) -> Response:
    """Give a file: a large one in pieces, or by its storage's own link where that may be and it is no picture.

    What is sent in pieces is checked on its way: of a damaged file the end never comes."""
    stream = site.parts.blobs.stream(digest)
    if stream.size <= AT_A_TIME:
        content = b"".join(stream.pieces)
        return Response(content, headers=headers | _type(content))
    first = next(stream.pieces)
    kind = _type(_whole_characters(first))
    link = _link(site, digest) if "content-disposition" in kind else None
    if link is not None:
        return RedirectResponse(link, 307, headers | {"cache-control": "no-store"})
    own = headers | kind | {"content-length": str(stream.size)}
    return StreamingResponse(chain([first], stream.pieces), headers=own)


def _type(content: bytes) -> dict[str, str]:
    """Say what some bytes are, and that what a browser must not show is a download."""
    media = formats.media_type(content)
    if media in _INLINE:
        return {"content-type": media}
    return {"content-type": "application/octet-stream", "content-disposition": "attachment"}


def _whole_characters(beginning: bytes) -> bytes:
    """Leave out the end of a text's beginning where it is half a character."""
    decoder = getincrementaldecoder("utf-8")()
    try:
        decoder.decode(beginning)
    except UnicodeDecodeError:
        return beginning
    return beginning[: len(beginning) - len(decoder.getstate()[0])]


def _link(site: Site, digest: Digest) -> str | None:
    try:
        return site.parts.blobs.link(digest, seconds=_LINK_SECONDS)
    except (Refused, Unavailable):  # the file itself can be given; `golddigger doctor` says what the link lacks
        return None


def _gone(site: Site, request: Request, refused: Refused, files: Sequence[Digest]) -> Response:
    """Say that a picture is no more, and since when: a page to whoever opened it, a line where a page shows it."""
    with site.parts.reading() as db:
        since = min(forgotten.among(db, files).values(), default=None)
    why = (
        f"This picture was deleted on {day(since)}. Pictures are kept for a while only." if since else str(refused)
    )
    if "text/html" in request.headers.get("accept", "") or wants_json(request):
        return trouble(site, request, 410, why, _home(request))
    return PlainTextResponse(why, 410)


def _home(request: Request) -> str:
    run = request.path_params.get("id") or request.query_params.get("run")
    return f"/runs/{quote(run, safe='')}" if run else "/"
