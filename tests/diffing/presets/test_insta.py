"""What insta left to be reviewed finds the golden without `.new`."""

from __future__ import annotations

import pytest

from diffing.presets.registry import explain, infer, lacking
from tests.diffing.artifacts import NOTHING, find, members, only, placed, suite, tree

INSTA = suite("insta")
TREE = tree(
    "Cargo.toml",
    "crates/api/Cargo.toml",
    "crates/api/src/lib.rs",
    "crates/api/src/snapshots/api__login.snap",
    "crates/api/src/snapshots/api__page.snap",
    "crates/api/src/snapshots/api__page.snap.png",
    "crates/web/src/snapshots/api__login.snap",
    "crates/new/src/lib.rs",
)


@pytest.mark.parametrize("above", ["", "pending/", "/home/runner/work/app/app/"])
def test_a_pending_file_finds_its_golden(above: str) -> None:
    """Beside it, in the tree of INSTA_PENDING_DIR, or below the runner's folders."""
    path = f"{above}crates/api/src/snapshots/api__login.snap.new"
    assert placed(INSTA, members(path), TREE) == {"crates/api/src/snapshots/api__login.snap": path}


def test_a_binary_golden_is_two_files() -> None:
    """Its description and its content: both are pending, both have their golden."""
    folder = "crates/api/src/snapshots"
    kept = members(f"{folder}/api__page.snap.new", f"{folder}/api__page.snap.new.png")
    assert placed(INSTA, kept, TREE) == {
        f"{folder}/api__page.snap": f"{folder}/api__page.snap.new",
        f"{folder}/api__page.snap.png": f"{folder}/api__page.snap.new.png",
    }


@pytest.mark.parametrize("folder", ["crates/api/src/snapshots", "crates/new/src/snapshots"])
def test_a_new_golden_lies_below_its_test(folder: str) -> None:
    """In a folder that is there, or in the first `snapshots/` of a module."""
    found = only(find(INSTA, members(f"{folder}/x__new.snap.new"), TREE))
    assert (found.name, found.missing) == (f"{folder}/x__new.snap", True)


def test_with_folders_cut_off_it_may_be_several() -> None:
    """Two crates have a golden of that name."""
    found = only(find(INSTA, members("snapshots/api__login.snap.new"), TREE))
    assert (found.name, len(found.options)) == (None, 2)


def test_other_files_are_no_candidates() -> None:
    """Goldens themselves, what begins alike, and what waits for the source to be edited."""
    kept = members("src/snapshots/a.snap", "a.snap.newer", ".snap.new", "src/.lib.rs.pending-snap", "a.new")
    assert find(INSTA, kept, TREE) == []


def test_inline_goldens_are_named() -> None:
    """Nobody waits for the bot to edit the source."""
    (said,) = lacking(members("crates/api/src/.lib.rs.pending-snap"), [INSTA], NOTHING, TREE)
    assert "cargo insta review" in said


def test_it_is_recognised() -> None:
    """Goldens of the crate's own folder, and no other's."""
    (found,) = infer(members("crates/api/src/snapshots/api__login.snap.new"), NOTHING, TREE)
    assert (found.name, found.preset, found.goldens) == (
        "crates/api",
        "insta",
        ("crates/api/src/snapshots/*.snap*",),
    )


def test_nothing_found_names_the_setting() -> None:
    """On CI insta writes nothing by itself."""
    assert "INSTA_UPDATE=new" in "\n".join(explain(members("log.txt"), [INSTA]))
