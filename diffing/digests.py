"""Name bytes by their sums: as git names a blob, and as we keep a file."""

from __future__ import annotations

import hashlib

from diffing.words import BlobId, Digest


def blob_id(content: bytes) -> BlobId:
    """Give the id under which git keeps these bytes."""
    summed = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    summed.update(content)  # and not both in one, which would be a copy of what may be large
    return BlobId(summed.hexdigest())


def digest(content: bytes) -> Digest:
    """Give the SHA-256 of these bytes, by which we keep them and people's decisions name them."""
    return Digest(hashlib.sha256(content).hexdigest())
