"""Flutter's failures find their goldens, although Flutter leaves out the folder."""

from __future__ import annotations

import pytest

from diffing.words import Member
from tests.diffing.artifacts import find, members, only, placed, suite, tree

FLUTTER = suite("flutter")


@pytest.mark.parametrize(
    "path",
    [
        "test/w/failures/foo_testImage.png",
        "home/runner/work/r/r/test/w/failures/foo_testImage.png",
        "w/failures/foo_testImage.png",
        "failures/foo_testImage.png",
        "foo_testImage.png",
    ],
)
def test_a_failure_finds_its_golden(path: str) -> None:
    """Whole, with the runner's workspace before it, or with folders cut off by the upload."""
    there = tree("test/w/goldens/foo.png", "test/w/goldens/bar.png", "lib/foo.dart")
    assert placed(FLUTTER, members(path), there) == {"test/w/goldens/foo.png": path}


def test_the_pictures_beside_it_are_no_candidates() -> None:
    """Master and difference pictures stay what they are; the master is the reference."""
    kept = members(
        *(f"test/failures/foo_{what}.png" for what in ("testImage", "masterImage", "maskedDiff", "isolatedDiff"))
    )
    found = only(find(FLUTTER, kept, tree("test/foo.png")))
    assert found.reference == Member("goldens", "test/failures/foo_masterImage.png")


@pytest.mark.parametrize("key", ["foo.phone", "foo.iphone11.dark", "a b"])
def test_names_of_several_devices(key: str) -> None:
    """golden_toolkit's `foo.phone.png` keeps its dots."""
    there = tree(f"test/goldens/{key}.png", "test/goldens/foo.png")
    path = f"test/failures/{key}_testImage.png"
    assert placed(FLUTTER, members(path), there) == {f"test/goldens/{key}.png": path}


def test_a_key_ends_at_the_first_png() -> None:
    """flutter_test splits there, so must the way back."""
    there = tree("test/goldens/foo.png.dark.png")
    assert placed(FLUTTER, members("test/failures/foo_testImage.png"), there)


def test_the_nearest_folder_is_meant() -> None:
    """Two packages with the same golden are told apart by the test's folder."""
    there = tree("a/test/goldens/foo.png", "b/test/goldens/foo.png")
    assert placed(FLUTTER, members("b/test/failures/foo_testImage.png"), there) == {
        "b/test/goldens/foo.png": "b/test/failures/foo_testImage.png"
    }


def test_two_goldens_of_one_key_are_options() -> None:
    """Nothing is guessed: both are named, and what to do about it."""
    there = tree("test/goldens/a/foo.png", "test/goldens/b/foo.png")
    kept = members("test/failures/foo_testImage.png", "test/failures/foo_masterImage.png")
    found = only(find(FLUTTER, kept, there))
    assert (found.name, found.options) == (None, ("test/goldens/a/foo.png", "test/goldens/b/foo.png"))
    assert found.reference is not None
    assert "different names" in found.why
    assert placed(FLUTTER, kept, there) == {}


def test_the_globs_tell_goldens_of_one_key_apart() -> None:
    """Of two goldens that could be meant, the one inside the suite is."""
    there = tree("test/goldens/foo.png", "test/other/foo.png")
    within = suite("flutter", "test/goldens/**")
    assert set(placed(within, members("test/failures/foo_testImage.png"), there)) == {"test/goldens/foo.png"}


def test_alchemists_golden_for_ci() -> None:
    """Between `ci/` and a platform's folder CI means its own."""
    there = tree("test/goldens/ci/foo.png", "test/goldens/macos/foo.png")
    assert placed(FLUTTER, members("test/failures/foo_testImage.png"), there) == {
        "test/goldens/ci/foo.png": "test/failures/foo_testImage.png"
    }


def test_a_golden_elsewhere_is_named_but_not_taken() -> None:
    """The only golden of that name lies in another package: only the reference's pixels could prove it."""
    found = only(find(FLUTTER, members("b/test/failures/foo_testImage.png"), tree("a/test/goldens/foo.png")))
    assert (found.name, found.options) == (None, ("a/test/goldens/foo.png",))


def test_a_golden_outside_the_globs_is_named_so_that_the_reason_can_be() -> None:
    """It is no candidate of the suite, but its place is known."""
    found = only(
        find(suite("flutter", "app/**"), members("test/failures/foo_testImage.png"), tree("test/foo.png"))
    )
    assert found.name == "test/foo.png"


def test_no_golden_at_all() -> None:
    """Somebody removed the golden in this very change."""
    found = only(find(FLUTTER, members("test/failures/foo_testImage.png"), tree("test/bar.png")))
    assert (found.name, found.options) == (None, ())
    assert "`foo.png`" in found.why


def test_thousands_of_failures_of_one_name_are_placed_soon() -> None:
    """Every folder has its `default.png`: the index is not a search through all pairs."""
    folders = [f"packages/p{at}/test/w" for at in range(2000)]
    there = tree(*(f"{folder}/goldens/default.png" for folder in folders))
    kept = members(*(f"{folder}/failures/default_testImage.png" for folder in folders))
    assert len(placed(FLUTTER, kept, there)) == 2000
