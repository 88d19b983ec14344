"""Give small pictures of the files that a run shows. Each is made once, and kept as a blob of its own."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.web import pictures, sight
from app.web.pages import not_found
from app.web.site import Site
from diffing.words import Digest, Refused
from storage import comparisons, thumbnails

MOST_AT_ONCE = 6
"""So many are made at a time. Others are asked to come back, which the page's script does."""
SIDE = 160
"""Pixels of the longer side."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def show(site: Site, request: Request) -> Response:
    """Give a small picture of a file of a run, to whoever may see that run.

    Only of one of a known size: that it can be drawn, and in time, was found when it was compared."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise not_found()
    session = site.sessions.read(request, site.clock())
    run = sight.run(site, session, request.query_params.get("run", ""))
    with site.parts.reading() as db:
        if not any(pictures.has_size(each, digest) for each in comparisons.of_file(db, run.id, Digest(digest))):
            raise not_found()
    small = partial(_small, site)
    return pictures.unless_known(site, request, f"{digest}-small", pictures.HEADERS, small, Digest(digest))


def _small(site: Site, digest: Digest) -> bytes:
    with site.parts.reading() as db:
        kept = thumbnails.find(db, digest)
    if kept is not None:
        with suppress(Refused):  # it was lost, or damaged: it is made again
            return site.parts.blobs.get(kept)
    return _make(site, digest)


def _make(site: Site, digest: Digest) -> bytes:
    if not site.sketching.acquire(blocking=False):
        raise HTTPException(503, "Too many small pictures are made just now. Try again.", {"retry-after": "2"})
    try:
        small = site.shrink(site.parts.blobs.get(digest))
    finally:
        site.sketching.release()
    kept = site.parts.blobs.put(small)
    with site.parts.db.begin() as db:
        thumbnails.keep(db, digest, kept)
    return small
