"""What Vitest's browser mode drew finds its golden beside the test: tests/recorded/vitest/record.sh."""

from __future__ import annotations

import pytest

from diffing.differ import differ
from diffing.presets.registry import explain, infer
from diffing.words import Member, Name, Outcome, Rules
from tests.diffing.artifacts import NOTHING, find, members, only, placed, suite, tree
from tests.diffing.recordings import Recording

VITEST = suite("vitest")
ATTACHMENTS = Recording("vitest", "attachments")
FOLDER = Recording("vitest", "folder")
GOLDENS = "src/__screenshots__/button.test.js"
DRAWN = {
    f"{GOLDENS}/grown-chromium-linux.png": "src/button.test.js/grown-actual-chromium-linux.png",
    f"{GOLDENS}/new-chromium-linux.png": "src/button.test.js/new-reference-chromium-linux.png",
    f"{GOLDENS}/states/pressed-actual-chromium-linux.png": (
        "src/button.test.js/states/pressed-actual-actual-chromium-linux.png"
    ),
    f"{GOLDENS}/the-button-is-drawn-1-chromium-linux.png": (
        "src/button.test.js/the-button-is-drawn-1-actual-chromium-linux.png"
    ),
    "src/shop/__screenshots__/button.test.js/the-button-is-drawn-1-chromium-linux.png": (
        "src/shop/button.test.js/the-button-is-drawn-1-actual-chromium-linux.png"
    ),
}
HOME = "src/__screenshots__/a.test.ts/home-chromium-linux.png"
SHOT = "src/a.test.ts/home-actual-chromium-linux.png"


@pytest.mark.parametrize(("recording", "above"), [(ATTACHMENTS, ".vitest/attachments"), (FOLDER, "drawn")])
def test_everything_that_vitest_drew_is_found(recording: Recording, above: str) -> None:
    """Changed, grown, named with a folder, in two tests of one name, and new: whatever attachmentsDir is."""
    expected = {golden: f"{above}/{drawn}" for golden, drawn in DRAWN.items()}
    assert recording.placed() == recording.placed(VITEST) == expected


def test_the_new_golden_is_missing_and_the_others_differ() -> None:
    """Each candidate is really another picture than its golden."""
    for each in ATTACHMENTS.pairs():
        assert each.found
        assert each.found.missing == (each.golden is None) == ("/new-" in each.name)
        if each.golden:
            drawn = ATTACHMENTS.kept[each.found.member]
            assert differ(ATTACHMENTS.goldens[each.name], drawn, Rules()).outcome is Outcome.CHANGED


def test_differences_and_copies_by_their_hash_are_no_candidates() -> None:
    """Vitest keeps every attachment a second time, under its hash."""
    used = {each.found.member for each in ATTACHMENTS.pairs() if each.found}
    left = [member.path for member in ATTACHMENTS.members if member not in used]
    assert len(left) == len(ATTACHMENTS.members) - 5
    assert any("-diff-" in path for path in left)


@pytest.mark.parametrize("above", ["", ".vitest/attachments/", "app/.vitest/attachments/", "/builds/g/p/drawn/"])
def test_whatever_was_cut_off_or_put_before(above: str) -> None:
    """The upload may begin anywhere."""
    assert placed(VITEST, members(f"{above}{SHOT}"), tree(HOME)) == {HOME: f"{above}{SHOT}"}


def test_a_package_of_a_monorepo_has_attachments_of_its_own() -> None:
    """Two packages with the same test: the folder above `.vitest/` tells them apart."""
    there = tree(f"packages/a/{HOME}", f"packages/b/{HOME}")
    kept = members(*(f"packages/{each}/.vitest/attachments/{SHOT}" for each in "ab"))
    assert placed(VITEST, kept, there) == {
        f"packages/{each}/{HOME}": f"packages/{each}/.vitest/attachments/{SHOT}" for each in "ab"
    }


@pytest.mark.parametrize("path", [SHOT, f"packages/a/drawn/{SHOT}"])
def test_what_may_be_of_several_packages_is_shown_only(path: str) -> None:
    """With the folders cut off, or in an attachmentsDir of another name, it may be either."""
    there = tree(f"packages/a/{HOME}", f"packages/b/{HOME}")
    found = only(find(VITEST, members(path), there))
    assert (found.name, len(found.options)) == (None, 2)
    assert ".vitest/attachments/" in found.why


def test_the_golden_of_another_test_is_not_taken() -> None:
    """Only the test's file name and the picture's name fit: an option, and no more."""
    found = only(find(VITEST, members("src/shop/a.test.ts/home-actual-chromium-linux.png"), tree(HOME)))
    assert (found.name, found.options) == (None, (HOME,))


def test_a_new_golden_goes_where_the_others_lie() -> None:
    """Beside its test, in the folder that `screenshotDirectory` named for the others."""
    there = tree("src/b.test.ts", "src/goldens/a.test.ts/home-chromium-linux.png")
    ours = suite("vitest", "src/goldens/**")
    found = only(find(ours, members("src/b.test.ts/new-reference-chromium-linux.png"), there))
    assert (found.name, found.missing) == ("src/goldens/b.test.ts/new-chromium-linux.png", True)


def test_a_new_golden_without_its_test_has_no_place() -> None:
    """Another package's golden of that name is not taken, nor is a folder made up."""
    new = members("src/a.test.ts/home-reference-chromium-linux.png")
    found = only(find(VITEST, new, tree(f"packages/a/{HOME}")))
    assert (found.name, found.options) == (None, ())
    assert "`a.test.ts`" in found.why
    either = only(find(VITEST, new, tree("packages/a/src/a.test.ts", "packages/b/src/a.test.ts")))
    assert either.name is None
    assert "packages/b" in either.why


def test_new_goldens_are_recognised_only_beside_tests_that_are_there() -> None:
    """An artifact alone makes no place for a golden."""
    new = members("src/a.test.ts/home-reference-chromium-linux.png")
    (known,) = infer(new, NOTHING, tree("src/a.test.ts"))
    assert known.goldens == ("src/**/__screenshots__/**/*.png",)
    (unknown,) = infer(new, NOTHING, tree("src/b.test.ts"))
    assert unknown.goldens == ()


def test_nothing_kept_is_explained() -> None:
    """The folder is hidden, which the upload must be told."""
    said = "\n".join(explain([Member("goldens", "log.txt")], [VITEST]))
    assert "include-hidden-files: true" in said


def test_a_name_of_its_own_may_speak_of_actual_and_reference() -> None:
    """The last word before the browser counts."""
    there = tree("a.test.ts", "__screenshots__/a.test.ts/x-reference-chromium-linux.png")
    found = only(find(VITEST, members("a.test.ts/x-reference-actual-chromium-linux.png"), there))
    assert found.name == Name("__screenshots__/a.test.ts/x-reference-chromium-linux.png")
