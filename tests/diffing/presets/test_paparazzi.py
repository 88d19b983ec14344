"""What Paparazzi drew finds the golden of its module."""

from __future__ import annotations

import time

import pytest

from diffing.presets.registry import explain, infer, lacking
from diffing.words import Tree
from tests.diffing.artifacts import NOTHING, find, members, only, placed, reading, suite, tree

PAPARAZZI = suite("paparazzi")
NAME = "app.shop_LoginTest_login.png"
APP = f"app/src/test/snapshots/images/{NAME}"
TREE = tree("app/build.gradle.kts", APP, "app/src/test/snapshots/videos/app.shop_MoveTest_move.png")


@pytest.mark.parametrize(
    "path",
    [
        f"app/build/paparazzi/failures/{NAME}",
        f"app/build/paparazzi/failures/debug/{NAME}",
        f"/home/runner/work/shop/shop/app/build/paparazzi/failures/{NAME}",
        f"build/paparazzi/failures/{NAME}",
    ],
)
def test_a_failure_finds_its_golden(path: str) -> None:
    """With the variant's folder or without, with the runner's folders before it, with the module cut off."""
    assert placed(PAPARAZZI, members(path), TREE) == {APP: path}


def test_with_all_folders_cut_off_the_difference_beside_it_tells() -> None:
    """Any other picture of a golden's name is left alone."""
    assert placed(PAPARAZZI, members(NAME, f"delta-{NAME}"), TREE) == {APP: NAME}
    assert placed(PAPARAZZI, members(NAME), TREE) == {}


def test_differences_are_no_candidates() -> None:
    """They hold three pictures."""
    assert find(PAPARAZZI, members(f"app/build/paparazzi/failures/delta-{NAME}"), TREE) == []


def both() -> Tree:
    """Make a tree of two modules that have the same golden."""
    return tree(APP, f"web/src/test/snapshots/images/{NAME}")


def test_the_module_tells_two_goldens_apart() -> None:
    """Where it was cut off, both are named."""
    path = f"web/build/paparazzi/failures/{NAME}"
    assert placed(PAPARAZZI, members(path), both()) == {f"web/src/test/snapshots/images/{NAME}": path}
    found = only(find(PAPARAZZI, members(f"build/paparazzi/failures/{NAME}"), both()))
    assert (found.name, len(found.options)) == (None, 2)
    assert "mv DRAWN GOLDEN" in found.why


def test_the_variant_tells_source_sets_apart() -> None:
    """`src/testDebug` belongs to the debug variant alone."""
    there = tree(*(f"app/src/test{each}/snapshots/images/{NAME}" for each in ("Debug", "Release")))
    path = f"app/build/paparazzi/failures/release/{NAME}"
    assert placed(PAPARAZZI, members(path), there) == {f"app/src/testRelease/snapshots/images/{NAME}": path}


@pytest.mark.parametrize("sign", ["", '"'])
def test_a_log_tells_what_folders_no_longer_do(sign: str) -> None:
    """Paparazzi prints the command that accepts a picture."""
    work = "/home/runner/work/shop/shop"
    golden = f"{work}/web/src/test/snapshots/images/{NAME}"
    line = f"    mv {sign}{work}/web/build/paparazzi/failures/{NAME}{sign} {sign}{golden}{sign}\n"
    drawn, log = members(f"failures/{NAME}", "gradle.log")
    read = reading({log: b"> Task :web:verifyPaparazziDebug FAILED\n" + line.encode()})
    kept = [*members(f"build/paparazzi/failures/{NAME}"), drawn, log, *members(f"failures/delta-{NAME}")]
    assert set(placed(PAPARAZZI, kept, both(), read)) == {f"web/src/test/snapshots/images/{NAME}"}


def test_a_log_cannot_lead_out_of_the_goldens() -> None:
    """Whoever made the artifact wrote the log, too."""
    drawn, log = members(f"build/paparazzi/failures/{NAME}", "gradle.log")
    told = f"mv /w/build/paparazzi/failures/{NAME} /w/.github/workflows/x.png\nmv x\nmv /paparazzi/failures/\n"
    found = only(find(PAPARAZZI, [drawn, log], both(), reading({log: told.encode()})))
    assert found.name is None


def test_a_difference_alone_is_named() -> None:
    """Older versions keep no picture where the size differs."""
    (said,) = lacking(members(f"app/build/paparazzi/failures/delta-{NAME}"), [PAPARAZZI], NOTHING, TREE)
    assert "recordPaparazzi" in said
    kept = members(f"app/build/paparazzi/failures/delta-{NAME}", f"app/build/paparazzi/failures/{NAME}")
    assert lacking(kept, [PAPARAZZI], NOTHING, TREE) == ()


def test_it_is_recognised() -> None:
    """A suite for the module, of its own goldens."""
    (found,) = infer(members(f"app/build/paparazzi/failures/{NAME}"), NOTHING, TREE)
    assert (found.name, found.preset) == ("app", "paparazzi")
    assert found.goldens == ("app/src/test/snapshots/{images,videos}/**/*.png",)


def test_nothing_found_is_explained() -> None:
    """With the issue that tells why nothing was kept."""
    assert "#1716" in "\n".join(explain(members("app/build.log"), [PAPARAZZI]))


def test_a_hostile_log_takes_no_long_time() -> None:
    """Megabytes of moves that lead nowhere."""
    drawn, log = members(f"build/paparazzi/failures/{NAME}", "gradle.log")
    content = (b"mv " * 900 + b"/paparazzi/failures/x.png\n") * 5000
    begun = time.perf_counter()
    find(PAPARAZZI, [drawn, log], both(), reading({log: content}))
    assert time.perf_counter() - begun < 3
