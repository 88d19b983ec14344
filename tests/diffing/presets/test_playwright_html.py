"""Playwright's HTML report alone leads from what was drawn to the goldens; and a hostile page leads nowhere."""

from __future__ import annotations

import base64
import contextlib
import json
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.presets import playwright_html
from diffing.words import Member, Name, Refused
from tests.diffing.artifacts import find, members, reading, suite, tree
from tests.diffing.recordings import Recording

HTML = Recording("playwright", "html")
KINDS = Recording("playwright", "kinds")
RETRIES = Recording("playwright", "retries")
PLAYWRIGHT = suite("playwright")
HOME = "e2e/a.spec.ts-snapshots/home-linux.png"
DRAWN, COPY = (f"data/{digit * 40}.png" for digit in "ab")


def packed(told: object, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack the one file that tells of all tests."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("report.json", told if isinstance(told, bytes) else json.dumps(told))
    return out.getvalue()


def page(content: bytes) -> bytes:
    """Write a page that holds a packed report."""
    told = b"data:application/zip;base64," + base64.b64encode(content)
    return b'<html><template id="playwrightReportBase64">' + told + b"</template></html>"


def told(outcome: str = "unexpected") -> object:
    """Tell of one picture of one test."""
    attachments = [{"name": "home-expected.png", "path": COPY}, {"name": "home-actual.png", "path": DRAWN}]
    test = {"outcome": outcome, "projectName": "", "location": {"file": "a.spec.ts"}}
    return {"files": [{"tests": [{**test, "results": [{"attachments": attachments}]}]}]}


def test_everything_that_playwright_drew_is_found() -> None:
    """As by the JSON report of the same tests; and one file may stand for all pictures that are the same."""
    drawn = {each.name: HTML.kept[each.found.member] for each in HTML.pairs() if each.placed and each.found}
    expected = {
        name: recording.kept[Member("goldens", path)]
        for recording in (RETRIES, KINDS)
        for name, path in recording.placed().items()
        if "small-screen" not in name
    }
    assert drawn == expected
    assert len({each.found.member for each in HTML.pairs() if each.found}) < len(drawn)


def test_the_copies_are_the_goldens() -> None:
    """What CI compared with settles which of several goldens is meant."""
    pairs = [each for each in HTML.pairs() if each.found]
    assert len(pairs) == 8
    for each in pairs:
        assert each.found
        assert each.found.reference
        assert HTML.kept[each.found.reference] == HTML.goldens[Name(each.name)]


def test_a_test_is_not_taken_for_another_that_begins_alike() -> None:
    """The page tells the test's file; `a-test.spec.ts` and `a/b.spec.ts` have pictures of that name too."""
    others = [f"e2e/{test}.spec.ts-snapshots/home-linux.png" for test in ("a-test", "a/b", "b/a-c")]
    kept = members("report/index.html", f"report/{DRAWN}")
    (found,) = find(PLAYWRIGHT, kept, tree(HOME, *others), reading({kept[0]: page(packed(told()))}))
    assert found.name == HOME


def test_names_with_folders_of_windows_too() -> None:
    """What a test calls `['wide', 'home.png']` has that machine's sign between folder and file."""
    golden = "e2e/a.spec.ts-snapshots/wide/home-win32.png"
    attachments = [{"name": "wide\\home-actual.png", "path": DRAWN}]
    test = {"outcome": "unexpected", "location": {"file": "a.spec.ts"}, "results": [{"attachments": attachments}]}
    kept = members("index.html", DRAWN)
    read = reading({kept[0]: page(packed({"files": [{"tests": [test]}]}))})
    (found,) = find(PLAYWRIGHT, kept, tree(golden, HOME), read)
    assert found.name == golden


def test_a_test_that_passed_in_the_end_has_no_candidate() -> None:
    """CI decides."""
    kept = members("report/index.html", f"report/{DRAWN}")
    for outcome, count in (("unexpected", 1), ("flaky", 0), ("expected", 0), ("skipped", 0)):
        read = reading({kept[0]: page(packed(told(outcome)))})
        assert len(find(PLAYWRIGHT, kept, tree(HOME), read)) == count


@pytest.mark.parametrize("other", ["test-results/a-shows/home-actual.png", "report.json"])
def test_the_page_is_read_only_where_there_is_nothing_else(other: str) -> None:
    """The pictures themselves and the JSON report tell more; nothing is found twice."""
    kept = members("index.html", DRAWN, other)
    report = json.dumps({"config": {"rootDir": "/w/e2e"}, "suites": []}).encode()
    read = reading({kept[0]: page(packed(told())), kept[2]: report})
    assert [each.member for each in find(PLAYWRIGHT, kept, tree(HOME), read) if each.member == kept[1]] == []


def test_pages_without_kept_files_are_not_read() -> None:
    """Documentation and coverage are pages, too, and many."""
    kept = members("coverage/index.html", "docs/index.html", f"report/{DRAWN}")

    def read(member: Member) -> bytes:
        raise AssertionError(member)

    assert find(PLAYWRIGHT, kept, tree(HOME), read) == []


@pytest.mark.parametrize("content", [b"", b"<html>", b"playwrightReportBase64`).content", b"<" * 100_000])
def test_another_page_is_no_report(content: bytes) -> None:
    """Artifacts hold pages of all kinds."""
    assert playwright_html.read(content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        packed(b"{"),
        packed(b"[" * 100_000),
        packed(told())[:-1],
        packed(told())[10:],
        packed(told(), zipfile.ZIP_LZMA),
        packed(told()).replace(b"report.json", b"rapport.jso"),
    ],
)
def test_a_damaged_report_is_refused(content: bytes) -> None:
    """Cut, empty, of another kind of packing, or without what it should hold."""
    with pytest.raises(Refused):
        playwright_html.read(page(content) if content else page(b"\0"))


def test_a_list_that_is_too_long_is_not_read() -> None:
    """Neither where its length is said in the usual place, nor where it is said for very large archives."""
    short = packed(told())
    long = short[:-10] + (1 << 30).to_bytes(4, "little") + short[-6:]
    far = short[:-22] + b"PK\x06\x07" + b"\0" * 16 + short[-22:]
    for content in (long, far):
        with pytest.raises(Refused):
            playwright_html.read(page(content))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """A quarter of a gigabyte of nothing packs into a page of 350 KB."""
    content = page(packed(b" " * (1 << 28)))
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="larger than"):
            playwright_html.read(content)
        assert tracemalloc.get_traced_memory()[1] < 1 << 27
    finally:
        tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6))
def test_any_damage_is_survived(changes: list[tuple[int, int]]) -> None:
    """Whichever bytes are flipped: a report, or a refusal."""
    content = bytearray(packed(told(), zipfile.ZIP_STORED))
    for at, value in changes:
        content[at % len(content)] = value
    with contextlib.suppress(Refused):
        report = playwright_html.read(page(bytes(content)))
        assert report is None or len(report.shots) <= 1
