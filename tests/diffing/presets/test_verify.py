"""What Verify and ApprovalTests received finds the golden with the other word in its name."""

from __future__ import annotations

import pytest

from diffing.presets.registry import infer
from tests.diffing.artifacts import NOTHING, find, members, only, placed, suite, tree

VERIFY = suite("verify")
TREE = tree(
    "tests/Shop/Cart.Total.verified.txt",
    "tests/Shop/Cart.Draws.verified.png",
    "tests/Shop/Cart.Each.DotNet8_0.verified.txt",
    "tests/Old/Report.Prints.approved.txt",
    "tests/Shop/Page.All.verified/header.json",
    "tests/Shop/Cart.cs",
)


@pytest.mark.parametrize(
    ("received", "golden"),
    [
        ("tests/Shop/Cart.Total.received.txt", "tests/Shop/Cart.Total.verified.txt"),
        ("/home/runner/work/s/s/tests/Shop/Cart.Draws.received.png", "tests/Shop/Cart.Draws.verified.png"),
        ("Shop/Cart.Total.received.txt", "tests/Shop/Cart.Total.verified.txt"),
        ("Cart.Total.received.txt", "tests/Shop/Cart.Total.verified.txt"),
        ("tests/Shop/Cart.Total.DotNet8_0.received.txt", "tests/Shop/Cart.Total.verified.txt"),
        ("tests/Shop/Cart.Total.Net4_8.received.txt", "tests/Shop/Cart.Total.verified.txt"),
        ("tests/Shop/Cart.Each.DotNet8_0.received.txt", "tests/Shop/Cart.Each.DotNet8_0.verified.txt"),
        ("tests/Old/Report.Prints.received.txt", "tests/Old/Report.Prints.approved.txt"),
        ("tests/Shop/Page.All.received/header.json", "tests/Shop/Page.All.verified/header.json"),
        ("D:\\a\\s\\s\\tests\\Shop\\Cart.Total.received.txt", "tests/Shop/Cart.Total.verified.txt"),
    ],
)
def test_a_received_file_finds_its_golden(received: str, golden: str) -> None:
    """Whole, with the runner's folders before it or with folders cut off; with a framework in its name; split."""
    assert placed(VERIFY, members(received), TREE) == {golden: received}


def test_a_new_golden_lies_beside_its_test() -> None:
    """Its folder is there, so its place is known."""
    found = only(find(VERIFY, members("tests/Shop/Cart.New.received.txt"), TREE))
    assert (found.name, found.missing) == ("tests/Shop/Cart.New.verified.txt", True)


def test_a_new_golden_in_a_folder_nobody_knows_is_only_shown() -> None:
    """A path from CI's machine is no place in the repository."""
    found = only(find(VERIFY, members("obj/x/y/Cart.New.received.txt"), TREE))
    assert found.name is None
    assert "Keep more of its path" in found.why


def test_a_new_golden_in_a_folder_that_may_be_two_is_only_shown() -> None:
    """With the project cut off, `Shop/` is in both."""
    there = tree("a/Shop/Cart.cs", "b/Shop/Cart.cs", "a/Shop/Old.verified.txt")
    assert only(find(VERIFY, members("Shop/Cart.New.received.txt"), there)).name is None
    assert (
        only(find(VERIFY, members("b/Shop/Cart.New.received.txt"), there)).name == "b/Shop/Cart.New.verified.txt"
    )


def test_the_same_test_in_two_projects() -> None:
    """With its folders cut off it may be either."""
    there = tree("a/T.M.verified.txt", "b/T.M.verified.txt")
    found = only(find(VERIFY, members("T.M.received.txt"), there))
    assert (found.name, found.options) == (None, ("a/T.M.verified.txt", "b/T.M.verified.txt"))
    assert "`preset: template`" in found.why


def test_other_files_are_no_candidates() -> None:
    """A verified file, a mail that was received, a folder of that name."""
    kept = members("a/T.M.verified.txt", "received.txt", ".received.txt", "a/received/x.txt", "a/x.received")
    assert find(VERIFY, kept, TREE) == []


def test_it_is_recognised_only_where_goldens_are() -> None:
    """`invoice.received.pdf` in a repository without any verified file is somebody's document."""
    kept = members("tests/Shop/Cart.Total.received.txt")
    assert [(each.preset, each.goldens) for each in infer(kept, NOTHING, TREE)] == [
        ("verify", ("tests/Shop/**/*.verified.*",))
    ]
    assert infer(members("invoice.received.pdf"), NOTHING, tree("README.md")) == []
