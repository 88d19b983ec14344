"""Read a commit's files: the names of all by one call, and the bytes of those that are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from bots.github.client import Api
from diffing.words import BlobId, Name, Refused, Tree, TreeEntry, Unavailable

Json = Any
_AT_ONCE = 8
MOST_CALLS = 500
_SHA256_LETTERS = 64


def tree(api: Api, sha: str) -> Tree:
    """Give every file of a commit."""
    told = api.get("git", "trees", sha, params={"recursive": "1"})
    entries = _walk(api, sha) if told["truncated"] else told["tree"]
    return {Name(each["path"]): TreeEntry(each["mode"], BlobId(each["sha"])) for each in entries if _is_file(each)}


def _walk(api: Api, sha: str) -> Iterator[Json]:
    """Read a tree folder by folder, where it is too large to be told at once."""
    todo, calls = [(sha, "")], 0
    while todo:
        folder, below = todo.pop()
        told = api.get("git", "trees", folder)
        calls += 1 + sum(not _is_file(each) for each in told["tree"])
        if calls > MOST_CALLS or told["truncated"]:
            raise Refused("The repository holds too many folders, or too many files in one, to be read.")
        for entry in told["tree"]:
            path = f"{below}{entry['path']}"
            if _is_file(entry):
                yield {**entry, "path": path}
                continue
            inner = api.get("git", "trees", entry["sha"], params={"recursive": "1"})
            if inner["truncated"]:
                todo.append((entry["sha"], f"{path}/"))
            else:
                yield from ({**each, "path": f"{path}/{each['path']}"} for each in inner["tree"])


def _is_file(entry: Json) -> bool:
    return bool(entry["type"] != "tree")


def blobs(api: Api, ids: Iterable[BlobId]) -> Iterator[tuple[BlobId, bytes]]:
    """Fetch blobs, a few at once, each held to its id."""
    left = iter(dict.fromkeys(ids))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while few := list(islice(left, _AT_ONCE)):
            yield from pool.map(lambda blob: _fetch(api, blob), few)


def _fetch(api: Api, blob: BlobId) -> tuple[BlobId, bytes]:
    content = api.raw("git", "blobs", blob)
    named = hashlib.sha256 if len(blob) == _SHA256_LETTERS else hashlib.sha1  # git's own name for it
    if named(b"blob %d\0" % len(content) + content).hexdigest() != blob:
        raise Unavailable(f"The blob {blob[:12]} came damaged from GitHub.")
    return blob, content
