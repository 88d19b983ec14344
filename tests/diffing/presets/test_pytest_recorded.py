"""What pytest's plugins really left behind finds its goldens: tests/recorded/PLUGIN/record.sh."""

from __future__ import annotations

import pytest

from diffing.presets.registry import explain, infer
from diffing.words import Found
from tests.diffing.artifacts import NOTHING, find, members, only, suite, tree
from tests.diffing.recordings import Recording

TEMPORARY = Recording("pytest-regressions", "temporary")
REGENERATED = Recording("pytest-regressions", "regenerated")
SAVED, UNSAVED = (Recording("pytest-image-snapshot", each) for each in ("saved", "unsaved"))
UPDATED, FAILED = (Recording("syrupy", each) for each in ("updated", "failed"))
OBTAINED = {
    "tests/test_table/deep/other.yml": "out/test_elsewhere0/deep/other.obtained.yml",
    "tests/test_table/test_each_large_.yml": "out/test_each_large_0/test_each_large_.obtained.yml",
    "tests/test_table/test_each_small_.yml": "out/test_each_small_0/test_each_small_.obtained.yml",
    "tests/test_table/test_frame.csv": "out/test_frame0/test_frame.obtained.csv",
    "tests/test_table/test_numbers.csv": "out/test_numbers0/test_numbers.obtained.csv",
    "tests/test_table/test_picture.png": "out/test_picture0/test_picture.obtained.png",
    "tests/test_table/test_same.yml": "out/test_same0/test_same.obtained.yml",
    "tests/test_table/test_text.txt": "out/test_text0/test_text.obtained.txt",
}


def test_what_was_obtained_finds_its_golden_in_the_modules_folder() -> None:
    """Data, text, numbers, frames, pictures; parametrised, and below a folder of its own."""
    assert TEMPORARY.placed(suite("pytest-regressions")) == OBTAINED
    assert TEMPORARY.placed() == OBTAINED


def test_of_two_modules_the_copy_that_was_compared_tells() -> None:
    """The temporary folder says only `test_data`: the reference beside it is the golden of one of them."""
    lost = [each for each in TEMPORARY.find(suite("pytest-regressions")) if each.name is None]
    assert {each.member.path: each.options for each in lost} == {
        f"out/test_data{at}/test_data.obtained.yml": (
            "tests/test_other/test_data.yml",
            "tests/test_table/test_data.yml",
        )
        for at in (0, 1)
    }
    assert {_like(each) for each in lost} == {"tests/test_other/test_data.yml", "tests/test_table/test_data.yml"}


def _like(found: Found) -> str:
    """Give the only golden that is the reference's equal, as a run does by pixels or lines."""
    assert found.reference is not None
    copy = TEMPORARY.kept[found.reference]
    return only([name for name in found.options if TEMPORARY.goldens[name] == copy])


def test_a_link_to_a_folder_is_no_second_try() -> None:
    """`actions/upload-artifact` follows pytest's `test_datacurrent`; a test that is called so is not left out."""
    found = TEMPORARY.find(suite("pytest-regressions"))
    assert not [each for each in found if "current" in each.member.path]
    own = members(
        "out/test_current0/test_current.obtained.yml", "out/test_currentcurrent/test_current.obtained.yml"
    )
    there = tree("tests/test_a.py", "tests/test_a/test_current.yml")
    assert only(find(suite("pytest-regressions"), own, there)).member == own[0]


def test_a_golden_lies_beside_its_module() -> None:
    """A file of the same name that belongs to no test is not meant."""
    there = tree("tests/test_a.py", "tests/test_a/x.yml", "tests/fixtures/x.yml")
    found = only(find(suite("pytest-regressions"), members("test_x0/x.obtained.yml"), there))
    assert found.name == "tests/test_a/x.yml"


def test_what_was_written_in_place_lies_at_the_same_path() -> None:
    """`--force-regen` writes new goldens too."""
    placed = REGENERATED.placed(suite("same-path", "tests/**/*.{yml,csv,txt,png}"))
    assert placed == {name: name for name in placed}
    assert set(placed) == {*OBTAINED, "tests/test_table/test_data.yml", "tests/test_other/test_data.yml"} | {
        "tests/test_table/test_added.yml"
    }


@pytest.mark.parametrize("configured", [True, False])
def test_a_picture_that_was_saved_finds_its_golden(configured: bool) -> None:
    """Without `.new`, also where the name has dots of its own; the golden's copy is the reference."""
    found = SAVED.pairs(*[suite("pytest-image-snapshot")] * configured)
    assert {each.name: each.found.member.path for each in found if each.found} == {
        "tests/images/colour.png": "tests/images/colour.new.png",
        "tests/images/size.v2.png": "tests/images/size.v2.new.png",
    }
    assert all(each.found and each.found.reference for each in found)


def test_pictures_that_were_not_saved_are_explained() -> None:
    """The option is named; nothing is recognised as a failure."""
    assert UNSAVED.find(suite("pytest-image-snapshot")) == []
    said = "\n".join(explain(UNSAVED.members, [suite("pytest-image-snapshot")]))
    assert "--image-snapshot-save-diff" in said


def test_a_new_picture_by_name_alone_is_not_recognised() -> None:
    """`logo.new.png` is somebody's logo; with its difference beside it, it is this framework's."""
    there = tree("docs/logo.png")
    assert infer(members("docs/logo.new.png"), NOTHING, there) == []
    kept = members("docs/logo.new.png", "docs/logo.diff.png", ".new.png", "new.png")
    assert [each.preset for each in infer(kept, NOTHING, there)] == ["pytest-image-snapshot"]


@pytest.mark.parametrize("configured", [True, False])
def test_what_syrupy_updated_lies_where_its_goldens_lie(configured: bool) -> None:
    """Amber files and single files, two modules of one name, and a golden that is new."""
    assert UPDATED.placed(*[suite("syrupy")] * configured) == {
        name: name
        for name in (
            "tests/__snapshots__/test_page.ambr",
            "tests/__snapshots__/test_page/TestGroup.test_each[ab].png",
            "tests/__snapshots__/test_page/TestGroup.test_each[c d].png",
            "tests/__snapshots__/test_page/test_added.png",
            "tests/__snapshots__/test_page/test_json[named one].json",
            "tests/__snapshots__/test_page/test_picture.png",
            "tests/shop/__snapshots__/test_page.ambr",
        )
    }


def test_without_an_update_syrupys_goldens_are_the_same() -> None:
    """It leaves nothing of a failure, so what it does with `--snapshot-update` is said."""
    pairs = FAILED.pairs(suite("syrupy"))
    assert pairs
    assert all(each.found and FAILED.kept[each.found.member] == FAILED.goldens[each.name] for each in pairs)
    assert "--snapshot-update" in "\n".join(explain(members("log.txt"), [suite("syrupy")]))


def test_other_frameworks_folders_of_that_name_are_not_syrupys() -> None:
    """Jest has `__snapshots__/` too."""
    kept, there = members("src/__snapshots__/a.test.js.snap"), tree("src/__snapshots__/a.test.js.snap")
    assert "syrupy" not in {each.preset for each in infer(kept, NOTHING, there)}
