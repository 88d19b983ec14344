"""What jest-image-snapshot received finds its golden one folder up."""

from __future__ import annotations

import pytest

from tests.diffing.artifacts import find, members, only, placed, suite, tree

JEST = suite("jest-image-snapshot")
TREE = tree("src/__image_snapshots__/a-test-js-shows-1-snap.png", "lib/__image_snapshots__/other-snap.png")


@pytest.mark.parametrize(
    "path",
    [
        "src/__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "/builds/g/p/src/__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "__image_snapshots__/__received_output__/a-test-js-shows-1-snap-received.png",
        "__received_output__/a-test-js-shows-1-snap-received.png",
        "a-test-js-shows-1-snap-received.png",
        "out/received/a-test-js-shows-1-snap-received.png",
    ],
)
def test_a_received_file_finds_its_golden(path: str) -> None:
    """Whole, cut, lengthened, or in a `customReceivedDir`."""
    assert placed(JEST, members(path), TREE) == {"src/__image_snapshots__/a-test-js-shows-1-snap.png": path}


def test_composites_are_no_candidates() -> None:
    """A composite of three pictures is never committed over a golden."""
    assert (
        find(JEST, members("src/__image_snapshots__/__diff_output__/a-test-js-shows-1-snap-diff.png"), TREE) == []
    )


def test_the_same_identifier_in_two_folders() -> None:
    """With folders cut off it may be either, and is shown only."""
    there = tree("a/__image_snapshots__/x.png", "b/__image_snapshots__/x.png")
    cut = only(find(JEST, members("__received_output__/x-received.png"), there))
    assert (cut.name, len(cut.options)) == (None, 2)
    whole = members("b/__image_snapshots__/__received_output__/x-received.png")
    assert set(placed(JEST, whole, there)) == {"b/__image_snapshots__/x.png"}


def test_identifiers_with_folders() -> None:
    """A custom identifier may hold a slash."""
    there = tree("a/__image_snapshots__/page/home.png")
    kept = members("a/__image_snapshots__/__received_output__/page/home-received.png")
    assert set(placed(JEST, kept, there)) == {"a/__image_snapshots__/page/home.png"}
