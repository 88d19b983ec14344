"""A repository without configuration is recognised, and what is not recognised is explained."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.globs import matches_any
from diffing.pairing import pair
from diffing.presets.registry import PRESETS, explain, infer
from diffing.words import Member, Mode, Obsolete, Pair, Tree
from tests.diffing.artifacts import NOTHING, members, reading, tree
from tests.diffing.presets.test_playwright_report import report, shot


def look(kept: list[Member], there: Tree) -> list[Pair]:
    """Recognise, find and pair, as a run does."""
    suites = infer(kept, NOTHING, there)
    found = [each for suite in suites for each in PRESETS[suite.preset].find(suite, kept, NOTHING, there)]
    return pair(suites, found, there, complete=True)


def test_every_preset_is_known_by_its_own_name() -> None:
    """A suite of a preset leads back to it."""
    assert all(preset.default.preset == name for name, preset in PRESETS.items())


def test_a_repository_with_several_frameworks() -> None:
    """Each gets its suite, with globs where its goldens lie."""
    there = tree(
        "pubspec.yaml",
        "test/w/goldens/foo.png",
        "web/package.json",
        "web/e2e/a.spec.ts-snapshots/home-linux.png",
        "web/src/__image_snapshots__/x-snap.png",
    )
    kept = members(
        "test/w/failures/foo_testImage.png",
        "web/test-results/a-shows/home-actual.png",
        "web/src/__image_snapshots__/__received_output__/x-snap-received.png",
    )
    assert {(each.name, each.preset, each.goldens) for each in infer(kept, NOTHING, there)} == {
        ("flutter", "flutter", ("test/**/*.png",)),
        ("web:playwright", "playwright", ("web/e2e/**/*-snapshots/**/*.png",)),
        ("web:jest-image-snapshot", "jest-image-snapshot", ("web/src/**/__image_snapshots__/**/*.png",)),
    }
    assert sorted(each.name for each in look(kept, there) if each.placed) == [
        "test/w/goldens/foo.png",
        "web/e2e/a.spec.ts-snapshots/home-linux.png",
        "web/src/__image_snapshots__/x-snap.png",
    ]


def test_a_monorepo_has_a_suite_for_each_package() -> None:
    """Named by folder, so that they can be approved apart."""
    there = tree(
        *(f"packages/{each}/{file}" for each in "ab" for file in ("pubspec.yaml", "test/goldens/foo.png"))
    )
    kept = members(*(f"packages/{each}/test/failures/foo_testImage.png" for each in "ab"))
    assert [(each.name, each.goldens) for each in infer(kept, NOTHING, there)] == [
        ("packages/a", ("packages/a/test/**/*.png",)),
        ("packages/b", ("packages/b/test/**/*.png",)),
    ]
    assert {(each.suite, each.name) for each in look(kept, there)} == {
        ("packages/a", "packages/a/test/goldens/foo.png"),
        ("packages/b", "packages/b/test/goldens/foo.png"),
    }


def test_signs_in_folders_are_taken_as_they_are() -> None:
    """`app/[id]/` is a folder, not a choice of letters."""
    there = tree("app/[id]/test/foo.png", "app/i/test/foo2.png")
    (suite,) = infer(members("app/[id]/test/failures/foo_testImage.png"), NOTHING, there)
    assert matches_any("app/[id]/test/foo.png", suite.goldens)
    assert not matches_any("app/i/test/foo2.png", suite.goldens)


@pytest.mark.parametrize(
    ("new", "is_placed"),
    [
        ("e2e/login.spec.ts-snapshots/new-linux.png", True),
        ("e2e/first.spec.ts-snapshots/new-linux.png", True),
        ("other/gone.spec.ts-snapshots/new-linux.png", False),
        ("src/new-linux.png", False),
    ],
)
def test_a_new_golden_lands_where_goldens_lie_already(new: str, is_placed: bool) -> None:
    """A report cannot place a file where nothing in the tree shows that goldens or their test lie."""
    there = tree(
        "e2e/login.spec.ts", "e2e/login.spec.ts-snapshots/home-linux.png", "e2e/first.spec.ts", "src/x.ts"
    )
    kept = members("report.json", "login-shows/home-actual.png", "login-shows/new-actual.png")
    attachments = [
        *shot("home", "e2e/login.spec.ts-snapshots/home-linux.png", "login-shows"),
        *shot("new", new, "login-shows"),
    ]
    read = reading({kept[0]: report(attachments)})
    suites = infer(kept, read, there)
    found = [each for suite in suites for each in PRESETS[suite.preset].find(suite, kept, read, there)]
    (one,) = [each for each in pair(suites, found, there, complete=True) if each.name == new]
    assert one.placed is is_placed
    assert is_placed or "outside" in one.why


def test_goldens_own_paths_are_tried_last() -> None:
    """Where nothing else is recognised; and nobody said that all are there, so none is called removed."""
    there = tree("g/a.png", "g/b.png", "g/c.png", "docs/logo.png")
    (suite,) = infer(members("g/a.png", "g/b.png", "log.txt"), NOTHING, there)
    assert (suite.preset, suite.goldens, suite.mode) == ("same-path", ("g/**/*.png",), Mode.ALL)
    assert suite.obsolete is Obsolete.IGNORE
    assert [each.name for each in look(members("g/a.png", "g/b.png", "log.txt"), there)] == ["g/a.png", "g/b.png"]


def test_a_stray_picture_does_not_make_goldens() -> None:
    """An HTML report's logo that has the name of a file in the repository is no golden test."""
    kept = members("report/logo.png", *(f"report/data/{at}.png" for at in range(5)))
    assert infer(kept, NOTHING, tree("docs/report/logo.png")) == []


def test_failures_without_any_golden_are_still_shown() -> None:
    """The signature is unmistakable, so they are shown, with the reason, and cannot be committed."""
    (one,) = look(members("test/failures/foo_testImage.png"), tree("README.md"))
    assert not one.placed
    assert "`foo.png`" in one.why


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ([], "hold no file at all"),
        (["x/__diff_output__/a-diff.png"], "storeReceivedOnFailure"),
        (["x/__diff_output__/a-diff.png"], "`x/__diff_output__/a-diff.png`"),
        (["test/failures/foo_masterImage.png"], "writes nothing"),
        (["playwright-report/index.html"], "['json', { outputFile:"),
        (["a", "b", "c", "d", "e", "f", "g"], "and 2 more"),
        (["log.txt"], "suites: [{preset: same-path"),
    ],
)
def test_nothing_found_is_explained(paths: list[str], said: str) -> None:
    """What was looked for, what is there, and the option or line that mends it."""
    kept = members(*paths)
    assert infer(kept, NOTHING, tree("README.md")) == []
    assert said in "\n".join(explain(kept, []))


def test_only_frameworks_whose_goldens_are_there_are_spoken_of() -> None:
    """Every package of JavaScript has a `package.json`; where goldens lie tells more."""
    there = tree("package.json", "e2e/a.spec.ts-snapshots/home-linux.png", "src/__screenshots__/a.test.ts/x.png")
    said = "\n".join(explain(members("log.txt"), [], there))
    assert "Playwright: " in said
    assert "Vitest: " in said
    assert "same path: " in said
    assert "Cypress" not in said
    assert "Cypress: " in "\n".join(explain(members("log.txt"), [], tree("package.json")))


def test_a_configured_suite_is_explained_alone() -> None:
    """Whoever has said Flutter is not told of Playwright."""
    said = "\n".join(explain(members("log.txt"), [PRESETS["flutter"].default]))
    assert "_testImage.png" in said
    assert "Playwright" not in said


def test_a_repository_is_told_of_its_own_frameworks() -> None:
    """Nobody who writes Flutter reads of Gradle; where nothing tells, everybody reads of all."""
    said = "\n".join(explain(members("log.txt"), [], tree("app/pubspec.yaml")))
    assert "_testImage.png" in said
    assert "Paparazzi" not in said
    assert "Paparazzi" in "\n".join(explain(members("log.txt"), [], tree("README.md")))


PARTS = st.sampled_from(
    [
        "a",
        "b",
        "test",
        "failures",
        "goldens",
        "__image_snapshots__",
        "__received_output__",
        "a.spec.ts-snapshots",
        *("__diff_output__", "__screenshots__", "a.spec.ts", ".vitest", "attachments", "cypress"),
        *("actual", "expected", ".lostpixel", "current", "baseline"),
        *(
            "__snapshots__",
            "__Snapshots__",
            "snapshots",
            "images",
            "build",
            "paparazzi",
            "roborazzi",
            "a.received",
        ),
        "..",
        "",
    ]
)
FILES = st.sampled_from(
    [
        *("a.png", "a_testImage.png", "_testImage.png", "a-actual.png", "-actual.png", "a-received.png"),
        *("-received.png", "a.spec.ts", "report.json", "[.png", "a.json", ".png", "a\\b.png"),
        *("a-diff.png", "a.snap.png", ".diff.png", "reg.json", "a-actual-chromium-linux.png"),
        *("a-chromium-linux.png", "a-reference-chromium-linux.png"),
        *(
            "a.received.png",
            "a.verified.png",
            "a.snap.new",
            "a.snap",
            "a.new.png",
            "a.diff.png",
            "a.ambr",
            "a.log",
        ),
        *("a.obtained.png", "a_actual.png", "a_compare.png", "delta-a.png", "results-summary.json", "a.py"),
    ]
)
PATHS = st.lists(
    st.builds(lambda parts, file: "/".join([*parts, file]), st.lists(PARTS, max_size=4), FILES), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(PATHS, PATHS)
def test_any_artifact_meets_any_tree(kept: list[str], there: list[str]) -> None:
    """Whatever lies where: suites keep apart, what is placed lies within its suite's globs, nothing fails."""
    goldens, drawn = tree(*there), members(*dict.fromkeys(kept))
    suites = infer(drawn, NOTHING, goldens)
    assert len({each.name for each in suites}) == len(suites)
    globs = {each.name: each.goldens for each in suites}
    for each in look(drawn, goldens):
        assert not each.placed or matches_any(each.name, globs[each.suite])
    assert explain(drawn, suites)


def test_folders_that_are_not_looked_through_are_named_each() -> None:
    """A glob of one folder's files does not cover the folders in it."""
    there = tree("goldens/a.png", "goldens/deep/b.png")
    kept = members("drawn/a-received.png", "drawn/deep/b-received.png", "x/__received_output__/c-received.png")
    (suite,) = infer(kept, NOTHING, there)
    assert suite.goldens == ("goldens/*.png", "goldens/deep/*.png")


def test_a_package_in_a_long_folder_gives_its_suite_a_name_that_can_be_kept() -> None:
    """A suite's name stands in a column, on a page and in commands; two long ones are still told apart."""
    deep = "/".join(["x" * 60] * 8)
    there = tree(*(f"{deep}/{end}/{file}" for end in "ab" for file in ("pubspec.yaml", f"test/{end}.png")))
    kept = members(*(f"{deep}/{end}/test/failures/{end}_testImage.png" for end in "ab"))
    names = {each.name for each in infer(kept, NOTHING, there)}
    assert len(names) == 2
    assert max(map(len, names)) <= 100
