"""What swift-snapshot-testing drew finds the golden of its file and test."""

from __future__ import annotations

import pytest

from diffing.presets.registry import infer
from tests.diffing.artifacts import NOTHING, find, members, only, placed, suite, tree

SWIFT = suite("swift-snapshot-testing")
LOGIN = "Tests/AppTests/__Snapshots__/LoginTests/testLogin.1.png"
TREE = tree(
    LOGIN,
    "Tests/AppTests/__Snapshots__/LoginTests/testJson-named.json",
    "Tests/AppTests/LoginTests.swift",
    "Tests/AppTests/CartTests.swift",
    "Tests/KitTests/__Snapshots__/CartTests/testCart.1.png",
    "Tests/WebTests/__Snapshots__/CartTests/testCart.1.png",
)


@pytest.mark.parametrize("above", ["", "artifacts/", "/Users/runner/work/app/app/artifacts/"])
def test_a_failure_finds_its_golden(above: str) -> None:
    """`SNAPSHOT_ARTIFACTS` holds the test's file and name, wherever it lies."""
    path = f"{above}LoginTests/testLogin.1.png"
    assert placed(SWIFT, members(path), TREE) == {LOGIN: path}


def test_what_was_recorded_in_place() -> None:
    """A golden that is not there yet lies in its folder, also in a test's first one."""
    old, new = "Tests/AppTests/__Snapshots__/LoginTests/testNew.1.png", LOGIN
    first = "Tests/AppTests/__Snapshots__/CartTests/testCart.1.png"
    found = {each.member.path: each for each in find(SWIFT, members(old, new, first), TREE)}
    assert (found[new].name, found[new].missing) == (LOGIN, False)
    assert (found[old].name, found[old].missing) == (old, True)
    assert (found[first].name, found[first].missing) == (first, True)


def test_two_test_files_of_one_name() -> None:
    """Both are named, and what to do."""
    found = only(find(SWIFT, members("CartTests/testCart.1.png"), TREE))
    assert (found.name, len(found.options)) == (None, 2)
    assert "same name" in found.why


def test_other_pictures_are_no_candidates() -> None:
    """Of another test's folder, of a name that no golden has, or of a name alone."""
    kept = members("Other/testLogin.1.png", "LoginTests/logo.png", "testLogin.1.png", "LoginTests/testLogin.png")
    assert find(SWIFT, kept, TREE) == []


def test_it_is_recognised_by_its_goldens() -> None:
    """File and test together are one of the tree's."""
    (found,) = infer(members("artifacts/LoginTests/testLogin.1.png"), NOTHING, TREE)
    assert (found.preset, found.goldens) == ("swift-snapshot-testing", ("Tests/AppTests/**/__Snapshots__/**",))
    assert infer(members("artifacts/LoginTests/logo.png"), NOTHING, TREE) == []
