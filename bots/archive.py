"""Read zips and folders that strangers made: names first, bytes when asked for, nothing unpacked to disk."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from bots.forge import Archive
from diffing.words import Refused

_CHUNK = 1 << 16
_LONGEST_PATH = 1024
_BYTES_AN_ENTRY = 512
_DRIVE = re.compile(r"[A-Za-z]:")
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others inflate a chunk without a bound
_PLAIN = {0, stat.S_IFREG, stat.S_IFDIR}
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much an archive may hold, by what is really read."""

    entries: int = 20_000
    member: int = 64 << 20
    total: int = 2 << 30
    ratio: int = 200
    """So many times its packed size may a member unpack to …"""
    ratio_floor: int = 4 << 20
    """… once it is larger than this: a flat picture packs a thousandfold and is still small."""


CAPS = Caps()


@contextmanager
def open_path(path: Path, caps: Caps = CAPS) -> Iterator[Archive]:
    """Open a folder or a zip."""
    if path.is_dir():
        yield open_folder(path, caps)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be opened: {error.strerror}.") from error
    with file, open_zip(file, caps) as archive:
        yield archive


@contextmanager
def open_zip(file: IO[bytes], caps: Caps = CAPS) -> Iterator[Archive]:
    """Open a zip; Refused where it is broken, or any of its names is hostile."""
    try:
        # Through _Bounded: zipfile takes in the whole list of names at once, however long it says it is.
        packed = zipfile.ZipFile(_Bounded(file, caps.entries * _BYTES_AN_ENTRY))
    except _BROKEN as error:
        raise Refused("The archive is no zip, or is damaged.") from error
    with packed:
        yield Zip(packed, _entries(packed, caps), _Meter(caps))


def open_folder(path: Path, caps: Caps = CAPS) -> Archive:
    """Open a folder; Refused where it holds symbolic links or names that a zip may not hold."""
    files = {file.relative_to(path).as_posix(): file for file in _walk(path, caps)}
    _check(files, caps)
    return Folder(files, _Meter(caps))


@dataclass(frozen=True, slots=True)
class Zip:
    """An open zip. For one reader at a time."""

    _packed: zipfile.ZipFile
    _entries: Mapping[str, zipfile.ZipInfo]
    _meter: _Meter

    @property
    def paths(self) -> Sequence[str]:
        return list(self._entries)

    def size(self, path: str) -> int:
        # What the list of names says is what zipfile reads at most.
        return min(self._entries[path].file_size, self._meter.most) if path in self._entries else 0

    def read(self, path: str) -> bytes:
        entry = self._entries.get(path)
        if entry is None:
            raise Refused(f"{path} is not in the archive.")
        if entry.compress_type not in _READABLE:
            raise Refused(f"{path} is packed in a way that is not read here. Use plain zip (deflate).")
        try:
            with self._packed.open(entry) as member:
                return self._meter.take(path, member, packed=entry.compress_size)
        except _BROKEN as error:
            raise Refused(f"{path} is damaged in the archive.") from error


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder read as an archive. For one reader at a time."""

    _files: Mapping[str, Path]
    _meter: _Meter

    @property
    def paths(self) -> Sequence[str]:
        return list(self._files)

    def size(self, path: str) -> int:
        try:
            return min(self._files[path].stat().st_size, self._meter.most)
        except (KeyError, OSError):
            return 0

    def read(self, path: str) -> bytes:
        file = self._files.get(path)
        if file is None:
            raise Refused(f"{path} is not in the folder.")
        try:
            # O_NOFOLLOW: it was no link when the folder was looked through.
            with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as member:
                return self._meter.take(path, member, packed=None)
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}.") from error


class _Meter:
    """Count what was read of an archive, and stop where it is too much."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._read: dict[str, int] = {}
        self._total = 0
        self.most = caps.member

    def take(self, path: str, member: IO[bytes], *, packed: int | None) -> bytes:
        """Read a member whole; `packed` is its size in the archive, None where it is not packed."""
        most = self._allowed(path, packed)
        whole = BytesIO()  # a list of pieces would have to be copied into one, and be there twice meanwhile
        while chunk := member.read(_CHUNK):
            if whole.tell() + len(chunk) > most:
                raise Refused(self._why(path, whole.tell() + len(chunk)))
            whole.write(chunk)
        self._total += whole.tell() - self._read.get(path, 0)
        self._read[path] = whole.tell()
        return whole.getvalue()

    def _allowed(self, path: str, packed: int | None) -> int:
        left = self._caps.total - self._total + self._read.get(path, 0)
        most = min(self._caps.member, left)
        return most if packed is None else min(most, max(packed * self._caps.ratio, self._caps.ratio_floor))

    def _why(self, path: str, length: int) -> str:
        if length > self._caps.member:
            return f"{path} is larger than {_mebibytes(self._caps.member)}, the most a file may be."
        if length > self._caps.total - self._total:
            return f"The archive holds more than {_mebibytes(self._caps.total)}, the most that is read of one."
        return f"{path} unpacks to over {self._caps.ratio} times its packed size. That is no picture, but a bomb."


class _Bounded:
    """A file that gives no more than so much at once."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise Refused("The archive's list of names is too long.")
        return self._file.read(size if size >= 0 else self._most)


def _entries(packed: zipfile.ZipFile, caps: Caps) -> Mapping[str, zipfile.ZipInfo]:
    for entry in packed.infolist():
        if entry.flag_bits & _ENCRYPTED:
            raise Refused(f"{_shown(entry.orig_filename)} is encrypted. Upload it without a password.")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in _PLAIN:
            what = "a symbolic link" if kind == stat.S_IFLNK else "no ordinary file"
            raise Refused(f"{_shown(entry.orig_filename)} is {what}. Only files are read from an archive.")
    # By orig_filename: zipfile cuts `filename` at a NUL.
    names = [entry.orig_filename for entry in packed.infolist()]
    _check((name.removesuffix("/") for name in names), caps)
    return {entry.orig_filename: entry for entry in packed.infolist() if not entry.orig_filename.endswith("/")}


def _walk(root: Path, caps: Caps) -> Iterator[Path]:
    seen = 0
    for folder, folders, files in os.walk(root, followlinks=False):
        folders.sort()
        for name in [*folders, *sorted(files)]:
            path = Path(folder, name)
            seen += 1
            if seen > caps.entries:
                raise Refused(f"The folder holds more than {caps.entries:,} files.")
            if path.is_symlink():
                raise Refused(f"{_shown(name)} is a symbolic link. Only files are read from a folder.")
            if path.is_file():
                yield path


def _check(paths: Iterable[str], caps: Caps) -> None:
    """Raise Refused unless every path is plain, and no two could be the same file on some disk."""
    kept: dict[str, str] = {}
    for number, path in enumerate(paths, start=1):
        if number > caps.entries:
            raise Refused(f"The archive holds more than {caps.entries:,} files.")
        if why := _hostile(path):
            raise Refused(f"The archive names {_shown(path)}, which {why}.")
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
        if key in kept:
            raise Refused(f"{_shown(path)} and {_shown(kept[key])} are one file on some disks. Rename one.")
        kept[key] = path


def _hostile(path: str) -> str | None:
    """Say what is wrong with a path; None where nothing is."""
    if len(path) > _LONGEST_PATH:
        return "is too long"
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in path):
        return "holds control characters"
    if "\\" in path:
        return "holds a backslash; pack it with / between folders"
    if path.startswith("/") or _DRIVE.match(path):
        return "is absolute"
    if not {"", ".", ".."}.isdisjoint(path.split("/")):
        return "is no plain path"
    return None


def _shown(path: str) -> str:
    return ascii(path[:100])


def _mebibytes(size: int) -> str:
    return f"{size >> 20:,} MiB" if size >= 1 << 20 else f"{size:,} bytes"
