"""Keep bytes by their digest."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from diffing.words import Digest, Refused


class Blobs(Protocol):
    """A store of bytes. What is put under a digest never changes."""

    def put(self, content: bytes) -> Digest:
        """Keep bytes, and give their digest. Keeping them twice is keeping them once."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Give bytes back, verified; Refused where they are gone or damaged."""
        ...

    def has(self, digest: Digest) -> bool:
        """Are they kept?"""
        ...


def open(url: str) -> Blobs:  # noqa: A001  `blobs.open(url)` reads as it should
    """Open the store at an address: a folder's path, or `file://`."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    if parts.scheme and len(parts.scheme) > 1:  # one letter is a drive
        raise Refused(
            f"GOLDDIGGER_STORAGE_URL: {parts.scheme}:// is not known. Give a folder's path, or file:///folder"
        )
    return Folder(Path(url))


class Folder:
    """Bytes in a folder, fanned out over two levels."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> Digest:
        digest = Digest(sha256(content).hexdigest())
        path = self._path(digest)
        if not path.exists():
            _write(path, content)
        return digest

    def get(self, digest: Digest) -> bytes:
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise Refused(f"The file {digest[:12]} is no longer kept. Run CI again to have it back.") from error
        if sha256(content).hexdigest() != digest:
            raise Refused(f"The file {digest[:12]} is damaged in storage. Run CI again to have it back.")
        return content

    def has(self, digest: Digest) -> bool:
        return self._path(digest).exists()

    def _path(self, digest: Digest) -> Path:
        return self._root / digest[:2] / digest[2:4] / digest


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all: what bears a digest as its name holds those bytes, even after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
