"""A file is read whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.compare import reading
from diffing.words import Refused


def test_a_file_is_read(here: Path) -> None:
    """All of its bytes, and none where there are none."""
    (here / "a").write_bytes(bytes(range(256)) * 1000)
    (here / "b").touch()
    assert reading.read(str(here / "a")) == bytes(range(256)) * 1000
    assert reading.read(str(here / "b")) == b""


def test_what_is_no_file_is_refused(here: Path) -> None:
    """A link that stands where a file was listed is not followed; a pipe is not waited for."""
    (here / "link").symlink_to("/etc/passwd")
    os.mkfifo(here / "pipe")
    with pytest.raises(Refused, match="cannot be read: Too many levels of symbolic links"):
        reading.read(str(here / "link"))
    with pytest.raises(Refused, match="is no ordinary file"):
        reading.read(str(here / "pipe"))
    with pytest.raises(Refused, match="cannot be read: No such file"):
        reading.read(str(here / "none"))


def test_what_is_too_large_is_refused_unread(here: Path) -> None:
    """A file of half a gigabyte is refused by its length; nothing of it is read."""
    with (here / "large").open("wb") as file:
        file.truncate(512 << 20)
    with pytest.raises(Refused, match="is larger than 256 MiB"):
        reading.read(str(here / "large"))
