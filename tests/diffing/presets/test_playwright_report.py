"""Playwright's JSON report says which golden a picture is for, and is believed in nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.presets import playwright_report, reports
from diffing.words import Found, Member, Refused, Tree
from tests.diffing.artifacts import find, members, placed, reading, suite, tree

PLAYWRIGHT = suite("playwright")
ROOT = "/home/runner/work/shop/shop"
HOME = "e2e/login.spec.ts-snapshots/home-chromium-linux.png"
TREE = tree("package.json", "e2e/login.spec.ts", HOME)
Row = dict[str, Any]


def attached(name: str, path: str) -> Row:
    """Attach a file as Playwright's matchers do."""
    return {"name": name, "contentType": "image/png", "path": path}


def shot(own: str, golden: str, folder: str, root: str = ROOT) -> list[Row]:
    """Attach golden and picture of one comparison that failed."""
    return [
        attached(f"{own}-expected.png", f"{root}/{golden}"),
        attached(f"{own}-actual.png", f"{root}/test-results/{folder}/{own}-actual.png"),
        attached(f"{own}-diff.png", f"{root}/test-results/{folder}/{own}-diff.png"),
    ]


def report(
    *results: list[Row], status: str = "unexpected", root: str = ROOT, errors: tuple[str, ...] = ()
) -> bytes:
    """Write the report of one test with these tries."""
    tries = [
        {"retry": at, "status": "failed", "attachments": each, "errors": [{"message": error} for error in errors]}
        for at, each in enumerate(results)
    ]
    spec = {
        "title": "shows",
        "file": "login.spec.ts",
        "tests": [{"projectName": "chromium", "status": status, "results": tries}],
    }
    inner = {"title": "describe", "file": "login.spec.ts", "specs": [spec]}
    outer = {"title": "login.spec.ts", "file": "login.spec.ts", "specs": [], "suites": [inner]}
    return json.dumps({"config": {"rootDir": f"{root}/e2e"}, "suites": [outer], "errors": []}).encode()


def search(content: bytes, *paths: str, there: Tree = TREE) -> list[Found]:
    """Look through an artifact that holds a report and these files."""
    kept = members("report.json", *paths)
    return find(PLAYWRIGHT, kept, there, reading({kept[0]: content}))


@pytest.mark.parametrize(
    "path", ["test-results/login-shows/home-actual.png", "login-shows/home-actual.png", "home-actual.png"]
)
@pytest.mark.parametrize(
    "root", [ROOT, "D:/a/shop/shop", r"D:\a\shop\shop", "/builds/group/sub/shop", "/__w/shop/shop", "/srv/ci", ""]
)
def test_the_report_names_the_golden(path: str, root: str) -> None:
    """Wherever the machine had the repository, and whatever the upload cut off."""
    (found,) = search(report(shot("home", HOME, "login-shows", root), root=root), path)
    assert (found.name, found.member.path, found.missing) == (HOME, path, False)


def test_the_copy_beside_the_picture_is_the_reference() -> None:
    """Playwright copies the golden into `test-results/`; it is never shown as *before*."""
    content = report(shot("home", HOME, "login-shows"))
    (found,) = search(content, "login-shows/home-actual.png", "login-shows/home-expected.png")
    assert found.reference == Member("goldens", "login-shows/home-expected.png")


def test_a_copy_of_the_golden_is_not_taken_for_its_place() -> None:
    """Where the attached path is the copy in `test-results/`, names say which golden is meant."""
    copy = "test-results/login-shows-chromium/home-expected.png"
    (found,) = search(report(shot("home", copy, "login-shows-chromium")), "login-shows-chromium/home-actual.png")
    assert found.name == HOME


def test_the_last_try_counts() -> None:
    """Earlier tries of the same golden are kept as evidence of a flake."""
    tries = [shot("home", HOME, folder) for folder in ("login-shows", "login-shows-retry1")]
    paths = ["login-shows/home-actual.png", "login-shows-retry1/home-actual.png"]
    assert [each.member.path for each in search(report(*tries), *paths)] == paths
    kept = members("report.json", *paths)
    assert placed(PLAYWRIGHT, kept, TREE, reading({kept[0]: report(*tries)})) == {HOME: paths[1]}


@pytest.mark.parametrize("status", ["flaky", "expected", "skipped"])
def test_a_test_that_passed_in_the_end_has_no_candidate(status: str) -> None:
    """CI decides: the picture of its first try is not asked about, not even by its name."""
    content = report(shot("home", HOME, "login-shows"), [], status=status)
    assert search(content, "login-shows/home-actual.png") == []


@pytest.mark.parametrize("end", [", writing actual.", "."])
def test_a_golden_that_is_not_there_yet_is_named_by_the_message(end: str) -> None:
    """With `--update-snapshots=none` older versions attach no expected file, but say where it would lie."""
    new = "e2e/login.spec.ts-snapshots/new-chromium-linux.png"
    tries = [attached("new-actual.png", f"{ROOT}/test-results/login-shows/new-actual.png")]
    content = report(
        tries, errors=(f"Error: A snapshot doesn't exist at {ROOT}/{new}{end}\n\n    at login.spec.ts:3",)
    )
    (found,) = search(content, "login-shows/new-actual.png")
    assert (found.name, found.missing) == (new, True)


def test_a_new_golden_in_merged_reports_is_named_by_the_message() -> None:
    """Every file has a hash for its name there; the message still says where the golden would lie."""
    new = "e2e/login.spec.ts-snapshots/new-chromium-linux.png"
    drawn, copy = (f"{ROOT}/all/resources/{digit * 40}.png" for digit in "ab")
    content = report(
        [attached("new-expected.png", copy), attached("new-actual.png", drawn)],
        errors=(f"Error: A snapshot doesn't exist at {ROOT}/{new}, writing actual.",),
    )
    (found,) = search(content, f"resources/{'a' * 40}.png")
    assert (found.name, found.missing) == (new, True)


def test_merged_reports_of_several_platforms_are_settled_by_the_copy() -> None:
    """Which platform a shard ran on is in no name: both are options, with the copy that CI compared with."""
    there = tree("e2e/login.spec.ts-snapshots/home-chromium-darwin.png", *TREE)
    drawn, copy = (f"{ROOT}/all/resources/{digit * 40}.png" for digit in "ab")
    content = report([attached("home-expected.png", copy), attached("home-actual.png", drawn)])
    (found,) = search(content, f"resources/{'a' * 40}.png", f"resources/{'b' * 40}.png", there=there)
    assert (found.name, len(found.options)) == (None, 2)
    assert found.reference == Member("goldens", f"resources/{'b' * 40}.png")


def test_a_golden_that_ci_wrote_itself_is_new() -> None:
    """By default Playwright writes a missing golden into the checkout and attaches it; git has none."""
    new = "e2e/login.spec.ts-snapshots/new-chromium-linux.png"
    (found,) = search(report(shot("new", new, "login-shows")), "login-shows/new-actual.png")
    assert (found.name, found.missing) == (new, True)


def test_a_root_golden_is_not_mistaken_for_one_deeper() -> None:
    """The workspace is told by the tests' own files, so that a new golden is not taken for another's tail."""
    there = tree("e2e/login.spec.ts", "new-chromium-linux.png")
    new = "e2e/login.spec.ts-snapshots/new-chromium-linux.png"
    (found,) = search(report(shot("new", new, "login-shows")), "login-shows/new-actual.png", there=there)
    assert found.name == new


def test_shards_of_one_layout_keep_to_their_own_reports() -> None:
    """The same folder in two artifacts: each report speaks of the picture beside it."""
    other = "e2e/login.spec.ts-snapshots/home-chromium-darwin.png"
    linux, macos = (
        members("report.json", "login-shows/home-actual.png", artifact=each) for each in ("linux", "macos")
    )
    read = reading(
        {
            linux[0]: report(shot("home", HOME, "login-shows")),
            macos[0]: report(
                shot("home", other, "login-shows", "/Users/runner/work/shop/shop"),
                root="/Users/runner/work/shop/shop",
            ),
        }
    )
    found = find(PLAYWRIGHT, [*linux, *macos], TREE, read)
    assert [(each.name, each.member.artifact) for each in found] == [(HOME, "linux"), (other, "macos")]


def test_an_unreadable_report_leaves_names_to_go_by_and_is_mentioned() -> None:
    """The reason stands beside what could not be placed."""
    (found,) = search(b"{", "x/new-actual.png")
    assert found.name is None
    assert "`report.json` was not read" in found.why


def test_a_report_that_leads_out_of_the_repository_leads_nowhere() -> None:
    """A golden's path is a claim; `..` in it makes it none."""
    content = report(shot("home", "../../../../etc/home.png", "login-shows"))
    (found,) = search(content, "login-shows/home-actual.png", there=tree("e2e/login.spec.ts"))
    assert found.name is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 50_000, b"1" * 5000])
def test_what_is_no_json_is_refused_with_a_reason(content: bytes) -> None:
    """Broken, binary, nested without end, a number without end."""
    with pytest.raises(Refused, match="not JSON"):
        playwright_report.read(content)


def test_an_endless_report_is_refused() -> None:
    """There is a cap before anything is parsed."""
    with pytest.raises(Refused, match="larger than"):
        playwright_report.read(b" " * (reports.MOST_BYTES + 1))


@pytest.mark.parametrize(
    "content", [b"1", b"[]", b"{}", b'{"suites": []}', b'{"suites": [], "config": {}}', b'{"suites": 1}']
)
def test_other_json_is_no_report(content: bytes) -> None:
    """Artifacts hold all kinds of JSON."""
    assert playwright_report.read(content) is None


KEYS = st.sampled_from(
    ["suites", "specs", "tests", "results", "attachments", "errors", "message", "file", "name", "path", "status"]
)
WORDS = st.sampled_from(
    [
        "home-actual.png",
        "home-expected.png",
        f"{ROOT}/{HOME}",
        "\ud800-actual.png",
        "../x",
        "-actual.",
        "unexpected",
        "\0",
    ]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(JSON, JSON, JSON)
def test_a_report_of_any_shape_is_survived(suites: object, attachments: object, errors: object) -> None:
    """Wrong types, surrogates and paths of nowhere: what was drawn is found once, or not, and nothing fails."""
    result = {"attachments": attachments, "errors": errors}
    spec = {"file": "login.spec.ts", "tests": [{"results": [result, suites]}, suites]}
    content = json.dumps({"config": {"rootDir": ROOT}, "suites": [{"specs": [spec], "suites": suites}]}).encode()
    kept = members("report.json", "login-shows/home-actual.png")
    result_placed = placed(PLAYWRIGHT, kept, TREE, reading({kept[0]: content}))
    assert set(result_placed) <= {HOME}
