"""What Lost Pixel drew finds its golden in the folder beside: tests/recorded/lost-pixel/record.sh."""

from __future__ import annotations

import pytest

from diffing.differ import differ
from diffing.presets.registry import explain, infer
from diffing.words import Kind, Mode, Rules
from tests.diffing.artifacts import NOTHING, find, members, only, placed, suite, tree
from tests.diffing.recordings import Recording

LOST_PIXEL = suite("lost-pixel")
PAGES = Recording("lost-pixel", "pages")
DRAWN = {
    f".lostpixel/baseline/{page}__[w{width}px].png": f".lostpixel/current/{page}__[w{width}px].png"
    for page in ("home", "new", "same")
    for width in (32, 48)
}


def test_everything_that_lost_pixel_drew_is_found() -> None:
    """What differs, what is the same, and what is new; brackets in names are taken as they are."""
    assert PAGES.placed() == PAGES.placed(LOST_PIXEL) == DRAWN
    missing = [each.name for each in PAGES.pairs() if each.found and each.found.missing]
    assert missing == [name for name in DRAWN if "/new" in name]


def test_a_page_that_is_gone_is_removed_where_that_was_configured() -> None:
    """`current/` holds every candidate; without configuration nobody said that all of it was uploaded."""
    gone = [each.name for each in PAGES.pairs(LOST_PIXEL) if each.found is None]
    assert gone == [f".lostpixel/baseline/gone__[w{width}px].png" for width in (32, 48)]
    assert all(each.found for each in PAGES.pairs())
    (known,) = infer(PAGES.members, PAGES.read, PAGES.tree)
    assert (known.goldens, known.mode) == ((".lostpixel/baseline/**/*.png",), Mode.ALL)


def test_the_candidates_are_what_was_drawn() -> None:
    """A page that became red, and one that stayed as it was."""
    kinds = {}
    for each in PAGES.pairs():
        assert each.found
        if each.golden:
            drawn = PAGES.kept[each.found.member]
            kinds[each.name.rpartition("/")[2]] = differ(PAGES.goldens[each.name], drawn, Rules()).kind
    assert kinds == {
        f"{page}__[w{width}px].png": kind
        for page, kind in (("home", Kind.RECOLOURED), ("same", None))
        for width in (32, 48)
    }


@pytest.mark.parametrize(
    "path",
    [".lostpixel/current/home.png", "current/home.png", "home.png", "/builds/g/p/.lostpixel/current/home.png"],
)
def test_whatever_was_cut_off_or_put_before(path: str) -> None:
    """The upload may begin anywhere; also below `current/`, where the configuration says what it is."""
    assert placed(LOST_PIXEL, members(path), tree(".lostpixel/baseline/home.png")) == {
        ".lostpixel/baseline/home.png": path
    }


def test_differences_and_copies_are_no_candidates() -> None:
    """Nor is anything else, where `current/` is there."""
    kept = members(
        "current/home.png", "difference/home.png", "baseline/home.png", "report/logo.png", "current/meta.json"
    )
    there = tree(".lostpixel/baseline/home.png")
    assert [each.member.path for each in find(LOST_PIXEL, kept, there)] == ["current/home.png"]
    assert find(LOST_PIXEL, kept[1:3], there) == []


def test_packages_of_a_monorepo_are_told_apart_by_the_folders_above() -> None:
    """Cut off, it may be either, and is shown only."""
    there = tree(*(f"packages/{each}/.lostpixel/baseline/home.png" for each in "ab"))
    whole = members(*(f"packages/{each}/.lostpixel/current/home.png" for each in "ab"))
    assert placed(LOST_PIXEL, whole, there) == {
        f"packages/{each}/.lostpixel/baseline/home.png": f"packages/{each}/.lostpixel/current/home.png"
        for each in "ab"
    }
    found = only(find(LOST_PIXEL, members("current/home.png"), there))
    assert (found.name, len(found.options)) == (None, 2)


def test_a_folder_of_another_tool_is_not_lost_pixels() -> None:
    """`current/` alone says nothing, and a new golden makes no folder."""
    assert infer(members("current/home.png"), NOTHING, tree("baseline/home2.png")) == []
    (known,) = infer(members(".lostpixel/current/home.png"), NOTHING, tree("README.md"))
    assert known.goldens == ()


def test_nothing_kept_is_explained() -> None:
    """The folder is hidden, which the upload must be told."""
    assert "include-hidden-files: true" in "\n".join(explain(members("log.txt"), [LOST_PIXEL]))
