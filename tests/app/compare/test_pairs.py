"""Which files are laid beside each other, and which are left alone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compare import pairs
from app.compare.pairs import Files
from diffing.words import Name, Refused
from tests.app.compare.stage import lay


def names(found: pairs.Pairs) -> list[tuple[str, bool, bool]]:
    """Give each name, and on which sides it is."""
    return [(each.name, each.golden is not None, each.candidate is not None) for each in found.files]


def test_folders_are_paired_by_path(here: Path) -> None:
    """Names are paths below the folders, in order; what is on one side only is there too."""
    goldens = lay(here / "goldens", {"b.png": b"", "a/c.png": b"", "gone.png": b""})
    drawn = lay(here / "drawn", {"a/c.png": b"", "b.png": b"", "a/new.png": b""})
    assert names(pairs.pair(goldens, drawn)) == [
        ("a/c.png", True, True),
        ("a/new.png", False, True),
        ("b.png", True, True),
        ("gone.png", True, False),
    ]


def test_two_files_are_one_pair(here: Path) -> None:
    """Files may have any names and be linked to; the golden's name is the pair's."""
    lay(here, {"golden.png": b"1", "drawn.png": b"2"})
    (here / "link.png").symlink_to("drawn.png")
    found = pairs.pair(here / "golden.png", here / "link.png")
    both = Files(Name("golden.png"), str(here / "golden.png"), str(here / "drawn.png"))
    assert found.files == (both,)


def test_nothing_but_files_is_looked_at(here: Path) -> None:
    """Links, pipes and sockets are counted and left alone; git's own folder is not even that."""
    goldens = lay(here / "goldens", {"a.png": b"", ".git/config": b"", "sub/.git/x": b"", ".hidden/b.png": b""})
    (goldens / "link.png").symlink_to("a.png")
    (goldens / "up").symlink_to(here)
    os.mkfifo(goldens / "pipe.png")
    drawn = lay(here / "drawn", {"a.png": b""})
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(drawn / "socket.png"))
        found = pairs.pair(goldens, drawn)
    assert names(found) == [(".hidden/b.png", True, False), ("a.png", True, True)]
    assert found.left_out == 4


def test_a_folder_inside_the_other_is_no_part_of_it(here: Path) -> None:
    """Where what was drawn lies below the goldens, it is not taken for goldens."""
    goldens = lay(here / "goldens", {"a.png": b"", "drawn/a.png": b""})
    assert names(pairs.pair(goldens, goldens / "drawn")) == [("a.png", True, True)]
    assert names(pairs.pair(goldens / "drawn", goldens)) == [("a.png", True, True)]


def test_names_that_are_no_text_can_be_said(here: Path) -> None:
    """A file may have any bytes for its name; its pair is found, and its name can be written down."""
    odd = os.fsdecode(b"caf\xe9.png")
    try:
        goldens, drawn = lay(here / "goldens", {odd: b"1"}), lay(here / "drawn", {odd: b"2"})
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert names(pairs.pair(goldens, drawn)) == [("caf\\xe9.png", True, True)]


@pytest.mark.parametrize(
    ("expected", "actual", "why"),
    [
        ("none", "drawn", "EXPECTED is not there: none"),
        ("goldens", "none", "ACTUAL is not there: none"),
        ("goldens", "goldens", "are the same"),
        ("goldens", "other/../goldens", "are the same"),
        ("goldens", "link", "are the same"),
        ("goldens/a.png", "drawn", "EXPECTED is a file and ACTUAL a folder"),
        ("goldens", "drawn/a.png", "EXPECTED is a folder and ACTUAL a file"),
        ("goldens", "pipe", "neither a file nor a folder"),
        ("other", "other/empty", "nothing to compare"),
        ("goldens", "other", "Did the tests run?"),
    ],
)
def test_what_cannot_be_paired_is_said(here: Path, expected: str, actual: str, why: str) -> None:
    """Paths that are not there, not alike, the same or empty: a sentence says which."""
    for name in ("goldens", "drawn"):
        lay(here / name, {"a.png": b""})
    (here / "other" / "empty").mkdir(parents=True)
    (here / "link").symlink_to("goldens")
    os.mkfifo(here / "pipe")
    with pytest.raises(Refused, match=r".") as refused:
        pairs.pair(Path(expected), Path(actual))
    assert why in str(refused.value)


def test_first_goldens_are_all_added(here: Path) -> None:
    """Where there are no goldens yet, what was drawn is new."""
    goldens, drawn = lay(here / "goldens", {}), lay(here / "drawn", {"a.png": b""})
    assert names(pairs.pair(goldens, drawn)) == [("a.png", False, True)]


def test_a_folder_that_cannot_be_listed_is_said(here: Path) -> None:
    """What may not be seen is not taken for removed."""
    goldens = lay(here / "goldens", {"a.png": b"", "secret/b.png": b""})
    drawn = lay(here / "drawn", {"a.png": b""})
    (goldens / "secret").chmod(0)
    try:
        if os.access(goldens / "secret", os.R_OK):
            pytest.skip("root may list everything")
        with pytest.raises(Refused, match=r"secret cannot be listed: Permission denied\."):
            pairs.pair(goldens, drawn)
    finally:
        (goldens / "secret").chmod(0o700)


@given(before=st.sets(st.sampled_from("abcdef")), after=st.sets(st.sampled_from("abcdef"), min_size=1))
def test_every_name_is_there_once_and_in_order(
    before: set[str], after: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever lies on both sides: the pairs are the union of the names, sorted."""
    here = tmp_path_factory.mktemp("pairs")
    goldens = lay(here / "goldens", dict.fromkeys(before, b""))
    drawn = lay(here / "drawn", dict.fromkeys(after, b""))
    assert names(pairs.pair(goldens, drawn)) == [
        (name, name in before, name in after) for name in sorted(before | after)
    ]
