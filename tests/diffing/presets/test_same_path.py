"""Candidates at their goldens' own paths are found, below whatever folder the upload left."""

from __future__ import annotations

import pytest

from tests.diffing.artifacts import find, members, only, placed, suite, tree

GOLDENS = suite("same-path", "test/goldens/**/*.{png,json}")
TREE = tree("test/goldens/a.png", "test/goldens/b/c.png", "test/goldens/b/d.json", "docs/a.png", "e/c.png")


@pytest.mark.parametrize("before", ["test/goldens/", "goldens/", "", "home/runner/work/r/r/test/goldens/"])
def test_the_folder_may_be_cut_or_lengthened(before: str) -> None:
    """Pictures and JSON alike; a new one goes where the others went."""
    kept = members(*(f"{before}{path}" for path in ("a.png", "b/c.png", "b/d.json", "b/new.png")))
    assert placed(GOLDENS, kept, TREE) == {
        "test/goldens/a.png": f"{before}a.png",
        "test/goldens/b/c.png": f"{before}b/c.png",
        "test/goldens/b/d.json": f"{before}b/d.json",
        "test/goldens/b/new.png": f"{before}b/new.png",
    }


def test_most_files_tell_how_an_artifact_was_moved() -> None:
    """`c.png` alone may be either; beside files that can mean one golden only, it is settled."""
    goldens = suite("same-path", "**/*.png")
    there = tree("x/one.png", "x/two.png", "x/c.png", "y/c.png")
    assert only(find(goldens, members("c.png"), there)).options == ("x/c.png", "y/c.png")
    assert set(placed(goldens, members("one.png", "two.png", "c.png"), there)) == {
        "x/one.png",
        "x/two.png",
        "x/c.png",
    }


def test_what_lies_nowhere_is_shown_if_it_is_a_picture() -> None:
    """A log is left out; a picture might have been meant."""
    found = only(find(GOLDENS, members("report.html", "other/new.png"), TREE))
    assert (found.name, found.member.path) == (None, "other/new.png")
    assert "`test/goldens/**/*.{png,json}`" in found.why


def test_the_first_golden_of_a_suite() -> None:
    """Where the tree has none yet, the artifact's own path counts if the globs take it."""
    found = only(find(GOLDENS, members("test/goldens/first.png"), tree("README.md")))
    assert (found.name, found.missing) == ("test/goldens/first.png", True)


def test_nothing_leads_out_of_the_repository() -> None:
    """A path that goes upwards means nothing."""
    assert placed(suite("same-path", "**"), members("../../a.png", "x/../a.png"), TREE) == {}
