"""Read a commit's files: the names of all page by page, and the bytes of those that are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from bots.gitlab.client import Api
from diffing.words import BlobId, Name, Tree, TreeEntry, Unavailable

_AT_ONCE = 8
_SHA256_LETTERS = 64
_KEYSET = {"recursive": "true", "pagination": "keyset"}
"""By numbered pages GitLab reads the whole tree for each of them."""


def tree(api: Api, sha: str) -> Tree:
    """Give every file of a commit."""
    entries = api.pages("repository", "tree", params={"ref": sha, **_KEYSET})
    return {
        Name(each["path"]): TreeEntry(each["mode"], BlobId(each["id"]))
        for each in entries
        if each["type"] != "tree"
    }


def blobs(api: Api, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
    """Fetch blobs, a few at once, each held to its id."""
    left = iter(dict.fromkeys(ids))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while few := list(islice(left, _AT_ONCE)):
            yield from pool.map(lambda blob: _fetch(api, blob), few)


def _fetch(api: Api, blob: BlobId) -> tuple[BlobId, bytes]:
    content = api.raw("repository", "blobs", blob, "raw")
    named = hashlib.sha256 if len(blob) == _SHA256_LETTERS else hashlib.sha1  # git's own name for it
    if named(b"blob %d\0" % len(content) + content).hexdigest() != blob:
        raise Unavailable(f"The blob {blob[:12]} came damaged from GitLab.")
    return blob, content
