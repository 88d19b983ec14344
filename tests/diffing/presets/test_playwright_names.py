"""Without a report the names of Playwright's folders and files lead to the golden, or to options."""

from __future__ import annotations

import pytest

from tests.diffing.artifacts import find, members, only, placed, suite, tree

PLAYWRIGHT = suite("playwright")


@pytest.mark.parametrize(
    "path",
    [
        "test-results/auth-login-shows-home-chromium/home-actual.png",
        "auth-login-shows-home-chromium/home-actual.png",
        "auth-login-shows-home-chromium-retry1/home-actual.png",
        "auth-login-shows-home-chromium-retry2-repeat1/home-actual.png",
    ],
)
def test_a_picture_finds_its_golden(path: str) -> None:
    """By its own name, the test's file, and the project at the folder's end."""
    there = tree(
        "e2e/auth/login.spec.ts-snapshots/home-chromium-linux.png",
        "e2e/auth/login.spec.ts-snapshots/home-firefox-linux.png",
        "e2e/shop.spec.ts-snapshots/home-chromium-linux.png",
    )
    assert placed(PLAYWRIGHT, members(path), there) == {
        "e2e/auth/login.spec.ts-snapshots/home-chromium-linux.png": path
    }


def test_a_golden_per_platform_is_ambiguous() -> None:
    """Which platform CI ran on is not in any name: both are options, with the copy to settle it."""
    there = tree("e/a.spec.ts-snapshots/home-linux.png", "e/a.spec.ts-snapshots/home-darwin.png")
    kept = members("a-shows/home-actual.png", "a-shows/home-expected.png")
    found = only(find(PLAYWRIGHT, kept, there))
    assert (found.name, len(found.options)) == (None, 2)
    assert found.reference == kept[1]
    assert "JSON reporter" in found.why


def test_another_tests_golden_is_not_taken() -> None:
    """The folder's name speaks of another file: only pixels could prove this golden."""
    there = tree("e/shop.spec.ts-snapshots/home-linux.png")
    found = only(find(PLAYWRIGHT, members("login-shows/home-actual.png"), there))
    assert (found.name, found.options) == (None, ("e/shop.spec.ts-snapshots/home-linux.png",))


@pytest.mark.parametrize(
    ("golden", "actual"), [("page.txt", "page-actual.txt"), ("page.aria.yml", "page-actual.aria.yml")]
)
def test_text_goldens(golden: str, actual: str) -> None:
    """Text and aria goldens are laid out the same way."""
    there = tree(f"e/a.spec.ts-snapshots/{golden}")
    assert set(placed(PLAYWRIGHT, members(f"a-shows/{actual}"), there)) == set(there)


def test_a_new_golden_cannot_be_named() -> None:
    """Project and platform are in the golden's name alone, so the reporter that tells them is named."""
    found = only(find(PLAYWRIGHT, members("a-shows/new-actual.png"), tree("e/a.spec.ts")))
    assert found.name is None
    assert "['json', { outputFile:" in found.why


SHORT = "goes-through-all-the-steps-3f229-paid-and-the-order-is-shown-1"
LONG = "goes-through-all-the-steps-until-everything-is-paid-and-the-order-is-shown-1"


def test_a_shortened_name_finds_its_golden() -> None:
    """Of the same test and the same number; the hash in its middle cannot be proved, the test's folder can."""
    there = tree(
        f"e/a.spec.ts-snapshots/{LONG}-chromium-linux.png",
        f"e/a.spec.ts-snapshots/{LONG[:-1]}2-chromium-linux.png",
        f"e/a.spec.ts-snapshots/{LONG}-firefox-linux.png",
        f"e/b.spec.ts-snapshots/{LONG}-chromium-linux.png",
    )
    path = f"a-goes-through-all--00ae6--the-order-is-shown-chromium/{SHORT}-actual.png"
    assert placed(PLAYWRIGHT, members(path), there) == {f"e/a.spec.ts-snapshots/{LONG}-chromium-linux.png": path}


def test_a_shortened_name_of_two_goldens_is_shown_only() -> None:
    """What was cut out of the middle may be either."""
    other = LONG.replace("everything", "all of it")
    there = tree(*(f"e/a.spec.ts-snapshots/{each}-chromium-linux.png" for each in (LONG, other)))
    found = only(find(PLAYWRIGHT, members(f"a-goes-00ae6-shown-chromium/{SHORT}-actual.png"), there))
    assert (found.name, len(found.options)) == (None, 2)


def test_a_name_that_only_looks_shortened_means_itself() -> None:
    """Five letters may be hexadecimal digits by chance; the golden of that very name goes first."""
    there = tree(
        f"e/a.spec.ts-snapshots/{SHORT}-chromium-linux.png", f"e/a.spec.ts-snapshots/{LONG}-chromium-linux.png"
    )
    path = f"a-shows-chromium/{SHORT}-actual.png"
    assert placed(PLAYWRIGHT, members(path), there) == {f"e/a.spec.ts-snapshots/{SHORT}-chromium-linux.png": path}


def test_a_golden_in_a_folder_of_its_own() -> None:
    """`toHaveScreenshot(['wide', 'home.png'])` makes that folder on both sides."""
    there = tree(
        "e/a.spec.ts-snapshots/wide/home-chromium-linux.png", "e/a.spec.ts-snapshots/small/home-chromium-linux.png"
    )
    path = "a-shows-chromium/wide/home-actual.png"
    assert placed(PLAYWRIGHT, members(path), there) == {"e/a.spec.ts-snapshots/wide/home-chromium-linux.png": path}
