"""Write where somebody asked for it, and never over what is compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from diffing.words import Refused

_FOLDERS = frozenset({"--html", "--diff"})


def check(reports: Mapping[str, Path], inputs: Sequence[Path]) -> None:
    """Refuse reports, by their options, that would lie in what is compared or hold it, or two in one place."""
    taken: dict[Path, str] = {}
    for option, place in reports.items():
        there = place.resolve()
        if there in taken:
            raise Refused(f"{taken[there]} and {option} are both to be {place}. Name a place of its own for each.")
        taken[there] = option
        for path in inputs:
            given = path.resolve()
            if there.is_relative_to(given) or (option in _FOLDERS and given.is_relative_to(there)):
                raise Refused(
                    f"{option} {place} and {path} lie in each other. Name a place beside what is compared."
                )


def make(folder: Path) -> None:
    """Make a folder, and those above it. Raises Refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder} cannot be made: {error.strerror}.") from error


def write(file: Path, content: bytes | Iterable[str]) -> None:
    """Write a file, and make the folder that it lies in. Raises Refused."""
    make(file.parent)
    try:
        if isinstance(content, bytes):
            file.write_bytes(content)
            return
        with file.open("w", encoding="utf-8", newline="\n", errors="backslashreplace") as opened:
            opened.writelines(content)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error


def remove(file: Path) -> None:
    """Remove a file that may be there. Raises Refused."""
    try:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            file.unlink()
    except OSError as error:
        raise Refused(f"{file} cannot be removed: {error.strerror}.") from error
