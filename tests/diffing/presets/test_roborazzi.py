"""What Roborazzi drew finds its golden by the report, or by its name."""

from __future__ import annotations

import json

import pytest

from diffing.presets import roborazzi_report
from diffing.presets.registry import explain, infer, lacking
from diffing.words import Refused
from tests.diffing.artifacts import NOTHING, find, members, only, placed, reading, suite, tree

ROBORAZZI = suite("roborazzi")
WORK = "/home/runner/work/shop/shop"
GOLDEN = "app/src/test/screenshots/app.LoginTest.login.png"
OUT = "app/build/outputs/roborazzi"
REPORT = "app/build/test-results/roborazzi/debug/results-summary.json"
TREE = tree("app/build.gradle.kts", GOLDEN, "app/src/test/screenshots/app.CartTest.cart.png")


def entry(
    kind: str, golden: str = GOLDEN, actual: str = f"{OUT}/app.LoginTest.login_actual.png"
) -> dict[str, object]:
    """Write one result as Roborazzi does."""
    return {
        "type": kind,
        "golden_file_path": f"{WORK}/{golden}",
        "actual_file_path": f"{WORK}/{actual}",
        "compare_file_path": f"{WORK}/{actual.replace('_actual', '_compare')}",
        "timestamp": 1,
        "diff_percentage": 0.1,
        "context_data": {},
    }


def summary(*entries: object) -> bytes:
    """Write a report."""
    return json.dumps({"summary": {"total": len(entries)}, "results": entries}).encode()


def test_the_report_tells() -> None:
    """Also where a golden of that name lies in two modules, and folders were cut off."""
    there = tree(GOLDEN, f"web{GOLDEN.removeprefix('app')}")
    kept = members("roborazzi/app.LoginTest.login_actual.png", "roborazzi/results-summary.json")
    read = reading({kept[1]: summary(entry("changed"), entry("unchanged"))})
    assert placed(ROBORAZZI, kept, there, read) == {GOLDEN: "roborazzi/app.LoginTest.login_actual.png"}


def test_a_new_golden_is_told_of() -> None:
    """Its place is the report's word, and the suite's globs bound it."""
    new = "app/src/test/screenshots/app.NewTest.new.png"
    kept = members(f"{OUT}/app.NewTest.new_actual.png", REPORT)
    told = summary(entry("added", new, f"{OUT}/app.NewTest.new_actual.png"), entry("unchanged"))
    found = only(find(ROBORAZZI, kept, TREE, reading({kept[1]: told})))
    assert (found.name, found.missing) == (new, True)


def test_each_result_may_have_a_file_of_its_own() -> None:
    """The summary is made of these, and sometimes only they are uploaded."""
    kept = members(
        f"{OUT}/app.LoginTest.login_actual.png", "app/build/test-results/roborazzi/debug/results/1.json"
    )
    read = reading({kept[1]: json.dumps(entry("changed")).encode()})
    assert set(placed(ROBORAZZI, kept, TREE, read)) == {GOLDEN}


@pytest.mark.parametrize(
    "path",
    [
        f"{OUT}/app.LoginTest.login_actual.png",
        f"{WORK}/{OUT}/app.LoginTest.login_actual.png",
        "outputs/roborazzi/app.LoginTest.login_actual.png",
        "app/src/test/screenshots/app.LoginTest.login_actual.png",
    ],
)
def test_without_a_report_the_name_tells(path: str) -> None:
    """In the module's build folder, cut off, or beside the golden."""
    assert placed(ROBORAZZI, members(path), TREE) == {GOLDEN: path}


def test_comparisons_are_no_candidates() -> None:
    """Nor are the goldens that lie beside, nor a file that is named like nothing."""
    kept = members(
        f"{OUT}/app.LoginTest.login_compare.png", f"{OUT}/app.LoginTest.login.png", f"{OUT}/_actual.png"
    )
    assert find(ROBORAZZI, kept, TREE) == []


def test_goldens_in_the_build_folder_cannot_be_committed() -> None:
    """Roborazzi's default is there: the option that moves them is named."""
    golden = f"{OUT}/app.NewTest.new.png"
    kept = members(f"{OUT}/app.NewTest.new_actual.png", REPORT)
    read = reading({kept[1]: summary(entry("changed", golden, f"{OUT}/app.NewTest.new_actual.png"))})
    assert only(find(ROBORAZZI, kept, TREE, read)).name is None
    assert "outputDir" in "\n".join(explain(members("x.log"), [ROBORAZZI]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'"x"',
        b"\xff\xfe",
        b'{"results": 3}',
        b'{"results": [null, 3, [], {"type": 4}, {"type": "changed"}]}',
        b'{"results": [{"type": "changed", "golden_file_path": ["x"], "actual_file_path": {}}]}',
        b"[" * 100_000,
        json.dumps({"results": [{"type": "changed", "golden_file_path": "x" * 5000}]}).encode(),
    ],
)
def test_a_report_of_another_shape_is_left_alone(content: bytes) -> None:
    """Names still tell."""
    kept = members(f"{OUT}/app.LoginTest.login_actual.png", REPORT)
    assert set(placed(ROBORAZZI, kept, TREE, reading({kept[1]: content}))) == {GOLDEN}


def test_a_report_is_bounded() -> None:
    """It is refused by its size before it is read."""
    with pytest.raises(Refused, match="larger"):
        roborazzi_report.read(b" " * (roborazzi_report.MOST_BYTES + 1))


def test_what_was_not_kept_is_named() -> None:
    """The report tells of a picture, and only the report was uploaded."""
    kept = members(REPORT)
    (said,) = lacking(kept, [ROBORAZZI], reading({kept[0]: summary(entry("changed"))}), TREE)
    assert "app.LoginTest.login_actual.png" in said
    assert "build/outputs/roborazzi" in said


def test_it_is_recognised_by_the_comparison_beside_it() -> None:
    """`x_actual.png` alone may be anybody's."""
    alone = f"{OUT}/app.LoginTest.login_actual.png"
    (found,) = infer(members(alone, alone.replace("_actual", "_compare")), NOTHING, TREE)
    assert (found.preset, found.goldens) == ("roborazzi", ("app/src/test/screenshots/**/*.png",))
    assert infer(members("x_actual.png"), NOTHING, TREE) == []
