"""Keep files in a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from diffing.words import Digest, Refused, Unavailable
from storage.blobs import checking
from storage.blobs.port import FRESH, Kept, Stream, gone, is_digest, named

_LEVEL = 2
"""Digits of a digest in the name of a folder."""


class Folder:
    """Files in a folder, two levels deep. A file appears under its digest whole or not at all."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        self._root = root
        self._clock = clock

    def put(self, content: bytes | BinaryIO) -> Digest:
        file = checking.opened(content)
        digest = checking.digest_of(file)
        with _writing():
            place = self._place(digest)
            if not self._stands(place, digest):
                self._keep(place, file)
        return digest

    def get(self, digest: Digest) -> bytes:
        with _reading(digest):
            content = self._place(digest).read_bytes()
        return checking.whole(digest, content)

    def stream(self, digest: Digest) -> Stream:
        with _reading(digest):
            size = self._place(digest).stat().st_size
        return Stream(size, checking.verified(digest, self._pieces(digest)))

    def link(self, digest: Digest, *, seconds: int) -> str | None:
        return None

    def has(self, digest: Digest) -> bool:
        return is_digest(digest) and self._place(digest).is_file()

    def about(self, digest: Digest) -> Kept | None:
        with _reading(digest):
            return _about(self._place(digest))

    def delete(self, digest: Digest) -> None:
        with _writing():
            self._place(digest).unlink(missing_ok=True)

    def walk(self, after: Digest | None = None) -> Iterator[Kept]:
        floor = after or ""
        for outer in _names(self._root, floor[:_LEVEL]):
            for inner in _names(self._root / outer, floor[_LEVEL : 2 * _LEVEL] if floor.startswith(outer) else ""):
                for name in _names(self._root / outer / inner, floor):
                    told = _about(self._place(Digest(name))) if name != after and is_digest(name) else None
                    if told is not None:
                        yield told

    def discard(self, unwanted: Collection[Kept]) -> int:
        return sum(self._discard(each) for each in unwanted)

    def _place(self, digest: Digest) -> Path:
        digest = named(digest)
        return self._root / digest[:_LEVEL] / digest[_LEVEL : 2 * _LEVEL] / digest

    def _keep(self, place: Path, content: BinaryIO) -> None:
        _make(place.parent, self._root)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".part", delete=False) as file:
            try:
                shutil.copyfileobj(content, file)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(place)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        _sync(place.parent)

    def _stands(self, place: Path, digest: Digest) -> bool:
        """Does it stand there undamaged? Then it counts as new again; a damaged one is written again."""
        try:
            with place.open("rb") as file:
                if checking.digest_of(file) != digest:
                    return False
            now = self._clock()
            if now - place.stat().st_mtime > FRESH.total_seconds():
                os.utime(place, (now, now))
        except FileNotFoundError:
            return False
        return True

    def _pieces(self, digest: Digest) -> Iterator[bytes]:
        with _reading(digest), self._place(digest).open("rb") as file:
            yield from checking.pieces(file)

    def _discard(self, unwanted: Kept) -> bool:
        place = self._place(unwanted.digest)
        if _about(place) != unwanted:
            return False
        self.delete(unwanted.digest)
        return True


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"The storage cannot be written: {error.strerror}.") from error


@contextmanager
def _reading(digest: Digest) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise gone(digest) from error
    except OSError as error:
        raise Unavailable(f"The storage cannot be read: {error.strerror}.") from error


def _names(folder: Path, floor: str) -> list[str]:
    """Name what lies in a folder, in order, from a name on."""
    try:
        return sorted(each.name for each in folder.iterdir() if each.name >= floor)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unavailable(f"The storage cannot be read: {error.strerror}.") from error


def _about(place: Path) -> Kept | None:
    """Tell of a file; None where there is none any more."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return Kept(Digest(place.name), found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


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


def made(folder: Path) -> Path:
    """Make a folder, where it is not there; Refused where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        usable = "Use a folder's path, or `file:///absolute/path`."
        raise Refused(f"The folder `{folder}` cannot be made: {error.strerror}. {usable}") from error
    return folder
