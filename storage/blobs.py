"""Keep files by the digest of their bytes."""

from __future__ import annotations

import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from diffing.words import Digest, Refused, Unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_USABLE = "Use a folder's path, or `file:///absolute/path`."


class Blobs(Protocol):
    """Files by digest. Putting one twice is putting it once."""

    def put(self, content: bytes) -> Digest:
        """Keep a file, and give its digest; when this returns, it outlives a crash."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Give a file, its bytes checked; Refused where it is gone or damaged."""
        ...

    def has(self, digest: Digest) -> bool:
        """Is there such a file?"""
        ...

    def delete(self, digest: Digest) -> None:
        """Keep a file no longer. `storage.forgotten` calls it, so that pages can say since when."""
        ...


def open(url: str) -> Blobs:  # noqa: A001  read as `blobs.open`
    """Open a storage by its address, making it if need be; Refused for what is no folder."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return Folder(_made(Path(url)))
    parts = urlsplit(url)
    if scheme != "file" or parts.netloc not in ("", "localhost"):
        raise Refused(f"Golddigger cannot keep files at `{scheme}://{parts.hostname or ''}`. {_USABLE}")
    return Folder(_made(Path(unquote(parts.path))))


class Folder:
    """Files in a folder, two levels deep. A file appears under its digest whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> Digest:
        digest = Digest(sha256(content).hexdigest())
        try:
            self._keep(self._place(digest), content)
        except OSError as error:
            raise Unavailable(f"The storage cannot be written: {error.strerror}.") from error
        return digest

    def get(self, digest: Digest) -> bytes:
        try:
            content = self._place(digest).read_bytes()
        except FileNotFoundError as error:
            raise Refused(f"The file {digest[:12]} is no longer in the storage. Compare again.") from error
        except OSError as error:
            raise Unavailable(f"The storage cannot be read: {error.strerror}.") from error
        if sha256(content).hexdigest() != digest:
            raise Refused(f"The file {digest[:12]} is damaged in the storage. Compare again to have it mended.")
        return content

    def has(self, digest: Digest) -> bool:
        return bool(_DIGEST.fullmatch(digest)) and self._place(digest).is_file()

    def delete(self, digest: Digest) -> None:
        try:
            self._place(digest).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"The storage cannot be written: {error.strerror}.") from error

    def _place(self, digest: Digest) -> Path:
        # A digest may come out of an address: nothing else may ever name a file.
        if not _DIGEST.fullmatch(digest):
            raise Refused("That is no file's digest.")
        return self._root / digest[:2] / digest[2:4] / digest

    def _keep(self, place: Path, content: bytes) -> None:
        if _holds(place, content):
            return
        _make(place.parent, self._root)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".part", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(place)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync(place.parent)


def _holds(place: Path, content: bytes) -> bool:
    """Does it stand there undamaged? A damaged one is written again."""
    try:
        return place.read_bytes() == content
    except FileNotFoundError:
        return False


def _make(folder: Path, root: Path) -> None:
    if folder == root or folder.is_dir():
        return
    _make(folder.parent, root)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Have a folder's new names outlive a crash too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The folder `{folder}` cannot be made: {error.strerror}. {_USABLE}") from error
    return folder
