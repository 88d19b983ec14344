"""Of what Playwright itself left behind, every picture finds its golden: tests/recorded/playwright/record.sh."""

from __future__ import annotations

import pytest

from diffing.differ import differ
from diffing.presets.registry import infer, lacking
from diffing.words import Kind, Member, Name, Outcome, Rules
from tests.diffing.artifacts import find, members, suite, tree
from tests.diffing.recordings import Recording

RETRIES = Recording("playwright", "retries")
KINDS = Recording("playwright", "kinds")
MERGED = Recording("playwright", "merged")
UNSTABLE = Recording("playwright", "unstable")
NEW = Recording("playwright", "new")
NEW_NONE = Recording("playwright", "new-none")
TEMPLATE = Recording("playwright", "template")
HOME = "e2e/home.spec.ts-snapshots"
LONG = "has-several-pictures-named-and-not-of-a-title-that-is-too-long-for-the-name-of-a-folder-kinds"
SHORT = "test-results/home-has-several-pictures--3f229--the-name-of-a-folder-kinds-desktop"
OWN = "has-several-pictures-name-{}-e-name-of-a-folder-kinds"
OF_NAMES = {
    f"{HOME}/greeting-desktop-linux.txt": f"{SHORT}/greeting-actual.txt",
    f"{HOME}/home-desktop-linux.webp": f"{SHORT}/home-actual.webp",
    f"{HOME}/shot-desktop-linux.png": f"{SHORT}/shot-actual.png",
    f"{HOME}/wide/full page-desktop-linux.png": f"{SHORT}/wide/full page-actual.png",
    "e2e/shop/cart.spec.ts-snapshots/home-desktop-linux.png": (
        "test-results/shop-cart-the-cart-shows-the-home-page-kinds-template-desktop/home-actual.png"
    ),
}


def test_the_last_try_of_each_project_counts() -> None:
    """Two projects, one retry: the first try is evidence; the test that passed in the end has no candidate."""
    folder = "test-results/home-shows-the-home-page-retries-template"
    pairs = {each.name: each.found for each in RETRIES.pairs() if each.found}
    assert {
        name: (found.member.path, [each.member.path for each in found.earlier]) for name, found in pairs.items()
    } == {
        f"{HOME}/home-{project}-linux.png": (
            f"{folder}-{project}-retry1/home-actual.png",
            [f"{folder}-{project}/home-actual.png"],
        )
        for project in ("desktop", "small-screen")
    }


def test_without_the_report_names_tell_project_and_try() -> None:
    """Only that the third test passed in the end, nobody can know then."""
    placed = RETRIES.placed(members=RETRIES.without(".json"))
    assert placed == {
        **RETRIES.placed(),
        **{
            f"{HOME}/flaky-{project}-linux.png": (
                f"test-results/home-is-drawn-well-on-the-second-try-retries-{project}/flaky-actual.png"
            )
            for project in ("desktop", "small-screen")
        },
    }


def test_every_kind_of_golden_is_found() -> None:
    """Named, not named, in a folder, as WebP, of bytes, of text, and one of the same name in another test."""
    assert KINDS.placed() == {
        **OF_NAMES,
        f"{HOME}/{LONG}-1-desktop-linux.png": f"{SHORT}/{OWN.format('00ae6')}-1-actual.png",
        f"{HOME}/{LONG}-2-desktop-linux.png": f"{SHORT}/{OWN.format('12ffc')}-2-actual.png",
    }


def test_without_the_report_names_tell_kind_and_folder() -> None:
    """Also of what Playwright named itself, and shortened for the picture."""
    assert KINDS.placed(members=KINDS.without(".json")) == KINDS.placed()


def test_merged_reports_of_shards_name_no_golden_and_lead_to_each() -> None:
    """`merge-reports` writes a hash for every name; what the test calls a picture, its file and project tell."""
    pairs = {each.name: each.found for each in MERGED.pairs() if each.placed and each.found}
    drawn = {name: MERGED.kept[found.member] for name, found in pairs.items()}
    assert drawn == {name: KINDS.kept[Member("goldens", path)] for name, path in KINDS.placed().items()}
    copies = {name: MERGED.kept[found.reference] for name, found in pairs.items() if found.reference}
    assert copies == {name: MERGED.goldens[Name(name)] for name in drawn}


def test_the_copies_that_playwright_kept_are_the_goldens() -> None:
    """Each reference is the golden to the byte, and each candidate differs from it."""
    pairs = [each for each in KINDS.pairs() if each.found]
    assert len(pairs) == 7
    for each in pairs:
        assert each.found
        assert each.found.reference
        golden = KINDS.goldens[each.name]
        assert KINDS.kept[each.found.reference] == golden
        assert differ(golden, KINDS.kept[each.found.member], Rules()).outcome is Outcome.CHANGED


def test_the_picture_is_what_was_drawn() -> None:
    """A page of 32 by 16 pixels that became red."""
    name = Name(f"{HOME}/shot-desktop-linux.png")
    difference = differ(KINDS.goldens[name], KINDS.kept[Member("goldens", KINDS.placed()[name])], Rules())
    assert (difference.kind, difference.pixels, str(difference.golden_size)) == (Kind.RECOLOURED, 512, "32×16")


@pytest.mark.parametrize("ending", ["", ".json"])
def test_a_page_that_never_comes_to_rest_is_flaky(ending: str) -> None:
    """Two pictures in a row were never the same: the one before is kept, as an earlier try is."""
    (found,) = UNSTABLE.find(suite("playwright"), UNSTABLE.without(ending) if ending else None)
    (before,) = found.earlier
    assert found.name == before.name == f"{HOME}/unstable-desktop-linux.png"
    assert before.member.path.endswith("/unstable-previous.png")
    assert UNSTABLE.kept[before.member] != UNSTABLE.kept[found.member]


def test_a_golden_that_is_not_there_yet() -> None:
    """Playwright writes it into the checkout and beside the report; git has none."""
    folder = "test-results/home-is-new-new-desktop"
    pairs = {each.name: each.found for each in NEW.pairs() if each.placed and each.found}
    assert {name: (found.member.path, found.missing) for name, found in pairs.items()} == {
        f"{HOME}/new-desktop-linux.png": (f"{folder}/new-actual.png", True),
        f"{HOME}/new-desktop-linux.txt": (f"{folder}/new-actual.txt", True),
    }


def test_what_playwright_did_not_draw_is_named_with_the_option() -> None:
    """With `--update-snapshots=none` it keeps a text that is new, but no picture."""
    assert NEW_NONE.placed() == {
        f"{HOME}/new-desktop-linux.txt": "test-results/home-is-new-new-desktop/new-actual.txt"
    }
    drawn, described = lacking(NEW_NONE.members, [suite("playwright")], NEW_NONE.read, NEW_NONE.tree)
    assert f"`{HOME}/new-desktop-linux.png`" in drawn
    assert "without `--update-snapshots=none`" in drawn
    assert "aria" in described


@pytest.mark.parametrize("recording", [KINDS, NEW, NEW_NONE], ids=lambda each: each.scenario)
def test_aria_goldens_are_told_of(recording: Recording) -> None:
    """Playwright keeps no file of what it saw there: one sentence says what to run, also without configuration."""
    suites = infer(recording.members, recording.read, recording.tree)
    *_, said = lacking(recording.members, suites, recording.read, recording.tree)
    assert "--update-snapshots=changed" in said
    assert lacking(recording.members, [], recording.read, recording.tree)[-1] == said


@pytest.mark.parametrize("recording", [RETRIES, TEMPLATE], ids=lambda each: each.scenario)
def test_nothing_is_said_where_all_was_kept(recording: Recording) -> None:
    """Pictures that differ are there; nobody is told to change an option."""
    assert lacking(recording.members, [suite("playwright")], recording.read, recording.tree) == ()


def test_a_template_of_ones_own_is_known_by_the_report() -> None:
    """`goldens/{projectName}/{testFilePath}/{arg}{ext}`: of four goldens of one name, each its own."""
    assert TEMPLATE.placed() == {
        "goldens/desktop/home.spec.ts/home.png": (
            "test-results/home-shows-the-home-page-retries-template-desktop/home-actual.png"
        ),
        "goldens/desktop/shop/cart.spec.ts/home.png": (
            "test-results/shop-cart-the-cart-shows-the-home-page-kinds-template-desktop/home-actual.png"
        ),
    }


def test_a_template_of_ones_own_without_the_report() -> None:
    """Its folders are named like the test and the project, and so is the folder of the picture."""
    names_alone = TEMPLATE.without(".json")
    assert TEMPLATE.placed(members=names_alone) == TEMPLATE.placed()
    assert TEMPLATE.placed(suite("playwright", "goldens/**"), members=names_alone) == TEMPLATE.placed()


def test_a_template_that_names_no_test_is_shown_only() -> None:
    """Nothing is guessed: the sentence names the reporter to add."""
    there = tree("goldens/home.png", "goldens/cart.png")
    kept = members("test-results/home-shows-the-home-page-desktop/home-actual.png")
    (found,) = find(suite("playwright", "goldens/**"), kept, there)
    assert found.name is None
    assert "['json', { outputFile:" in found.why
