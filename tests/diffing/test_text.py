"""Texts are compared by lines, and the hunks rebuild both versions."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import text
from diffing.differ import differ
from diffing.intraline import Span
from diffing.words import Kind, Rules

LINES = st.lists(st.sampled_from(["a", "b", "total: 12", "total: 13", ""]), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def test_changed_lines_are_counted() -> None:
    """Two lines changed and one added are three."""
    found = text.compare("a\nb\nc\nd\n", "a\nB\nC\nd\ne\n")
    assert (found.kind, found.pixels, found.ratio) == (Kind.CONTENT, 3, 0.6)
    assert found.why == "3 lines differ."


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [
        ('{"a": 1, "b": [2, 3]}', '{\n  "b": [2, 3.0],\n  "a": 1e0\n}\n'),
        ("a\r\nb\r\n", "a\nb"),
        ('"\\u00e9"', '"é"'),
    ],
)
def test_formatting_only(golden: str, candidate: str) -> None:
    """Another order of keys, another way to write a number, other line endings: it means the same."""
    assert text.compare(golden, candidate).kind is Kind.FORMATTING_ONLY


@pytest.mark.parametrize(
    ("golden", "candidate"),
    [
        ('{"a": 1}', '{"a": true}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": 1, "a": 2}', '{"a": 2}'),
        ("1e400", "1e500"),
        ("0.1", "0.10000000000000000001"),
        ("NaN", " NaN"),
        ("[" * 100_000, "[" * 100_001),
        ("9" * 5000, "9" * 5001),
        ("[" + "1," * 2_500_000 + "1]", "[ " + "1," * 2_500_000 + "1]"),
    ],
)
def test_content_is_no_formatting(golden: str, candidate: str) -> None:
    """What means something else, or nobody can tell, is content."""
    assert text.compare(golden, candidate).kind is Kind.CONTENT


@given(JSON)
@settings(max_examples=60, deadline=None)
def test_json_means_the_same_however_it_is_written(value: object) -> None:
    """Indented or not, it is the same JSON."""
    compact, wide = json.dumps(value), json.dumps(value, indent=3, ensure_ascii=False) + "\n\n"
    assert text.compare(compact, wide).kind is Kind.FORMATTING_ONLY


def test_words_are_marked_within_a_line() -> None:
    """Only the amount changed, so only the amount is marked."""
    (hunk,) = text.hunks("x\ntotal: 12 EUR\n", "x\ntotal: 15 EUR\n")
    assert [line.sign for line in hunk.lines] == [" ", "-", "+"]
    assert hunk.lines[2].spans == (Span("total: "), Span("15", marked=True), Span(" EUR"))
    assert hunk.rows[1] == (hunk.lines[1], hunk.lines[2])


def test_far_changes_are_two_hunks() -> None:
    """Three lines stand around a change; the rest between two is left out."""
    golden = [str(n) for n in range(40)]
    candidate = [*golden[:5], "new", *golden[6:30], *golden[31:]]
    first, second = text.hunks("\n".join(golden), "\n".join(candidate))
    assert [line.golden for line in first.lines] == [3, 4, 5, 6, None, 7, 8, 9]
    assert [line.candidate for line in second.lines] == [28, 29, 30, None, 31, 32, 33]


@given(LINES, LINES, st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_hunks_tell_both_versions(before: list[str], after: list[str], context: int) -> None:
    """A hunk's lines, read by their numbers, are the lines of both texts, and no change is left out."""
    golden, candidate = "\n".join(before), "\n".join(after)
    olds, news = text.lines(golden), text.lines(candidate)
    hunks = text.hunks(golden, candidate, context=context)
    lines = [line for hunk in hunks for line in hunk.lines]
    for line in lines:
        said = "".join(span.text for span in line.spans)
        assert line.golden is None or olds[line.golden - 1] == said
        assert line.candidate is None or news[line.candidate - 1] == said
    kept_olds = [
        old for n, old in enumerate(olds, 1) if n not in {line.golden for line in lines if line.sign == "-"}
    ]
    kept_news = [
        new for n, new in enumerate(news, 1) if n not in {line.candidate for line in lines if line.sign == "+"}
    ]
    assert kept_olds == kept_news
    sides = [row for hunk in hunks for row in hunk.rows]
    assert sum(left is not None for left, _ in sides) == sum(line.golden is not None for line in lines)
    assert sum(right is not None for _, right in sides) == sum(line.candidate is not None for line in lines)


def test_equal_texts_have_no_hunks() -> None:
    """Where nothing changed there is nothing to show."""
    assert text.hunks("a\nb\n", "a\nb\n") == ()


def test_long_texts_are_quick_and_short() -> None:
    """50,000 lines all other are one hunk, cut off, in no time."""
    began = time.perf_counter()
    golden, candidate = ("\n".join(f"{word} {n}" for n in range(50_000)) for word in ("old", "new"))
    assert text.compare(golden, candidate).pixels == 50_000
    assert sum(len(hunk.lines) for hunk in text.hunks(golden, candidate, most=100)) <= 200
    assert time.perf_counter() - began < 5


def test_long_lines_are_marked_between_their_common_ends() -> None:
    """A line of many signs is not searched for every common one."""
    (hunk,) = text.hunks("." * 200 + "old" + ";" * 200, "." * 200 + "new" + ";" * 200)
    assert hunk.lines[1].spans == (Span("." * 200), Span("new", marked=True), Span(";" * 200))


def test_hostile_lines_are_quick() -> None:
    """Half a megabyte of lines that share signs in every order does not hold up a page."""
    random = Random(1)
    golden, candidate = ("\n".join("".join(random.choices(".,;:", k=500)) for _ in range(500)) for _ in range(2))
    began = time.perf_counter()
    assert text.hunks(golden, candidate, most=5000)
    assert time.perf_counter() - began < 3


def test_the_same_edit_has_the_same_fingerprint() -> None:
    """One edit in two files is one change; another edit is not."""
    one = text.compare("head\nold\n", "head\nnew\n")
    two = text.compare("other\nfile\nold\n", "other\nfile\nnew\n")
    assert one.fingerprint == two.fingerprint != text.compare("old\n", "newer\n").fingerprint


def test_a_line_stands_beside_what_it_became() -> None:
    """A row put into a table does not push the others away from their former selves."""
    (hunk,) = text.hunks("2,Bob,7\n3,Cid,9\n", "2,Rob,7\n4,Dan,1\n3,Cid,9.25\n")
    sides = [tuple(side.text if side else None for side in row) for row in hunk.rows]
    assert sides == [("2,Bob,7", "2,Rob,7"), (None, "4,Dan,1"), ("3,Cid,9", "3,Cid,9.25")]
    assert hunk.rows[2][1] is not None
    assert hunk.rows[2][1].spans == (Span("3,Cid,9"), Span(".25", marked=True))


def test_a_replaced_phrase_is_one_mark() -> None:
    """A lone blank between two other words is part of the change."""
    (hunk,) = text.hunks("Dear Ann Lee, thank you\n", "Dear Bob Ray, thank you\n")
    assert hunk.lines[1].spans == (Span("Dear "), Span("Bob Ray", marked=True), Span(", thank you"))


@given(LINES, LINES, st.sampled_from(["\n", ""]), st.sampled_from(["\n", ""]), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_a_unified_diff_tells_the_way(
    before: list[str], after: list[str], end: str, new_end: str, context: int
) -> None:
    """Its lines, read as `patch` reads them, make the candidate of the golden."""
    golden, candidate = "\n".join(before) + end, "\n".join(after) + new_end
    assert patched(golden, text.unified(golden, candidate, context=context)) == text.lines(candidate)


def patched(golden: str, diff: str) -> list[str]:
    """Apply a unified diff by its line numbers alone."""
    left, made, at = text.lines(golden), [], 0
    for line in diff.split("\n")[2:-1]:
        if line.startswith("@@"):
            first, _, length = line.split()[1][1:].partition(",")
            begin = int(first) - (length != "0")
            made += left[at:begin]
            at = begin
        elif not line.startswith("\\"):
            if line[0] != "+":
                assert left[at] == line[1:]
                at += 1
            made += [line[1:]] if line[0] != "-" else []
    return made + left[at:]


def test_git_applies_it(tmp_path: Path) -> None:
    """What is written is what git reads: names, ranges, and a last line without an end."""
    golden, candidate = (
        "".join(f"{n}\n" for n in range(30)),
        "new\n" + "".join(f"{n}\n" for n in range(1, 29)) + "end",
    )
    (tmp_path / "golden").write_text(golden)
    diff = text.unified(golden, candidate, names=("a/golden", "b/golden"))
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=tmp_path)
    assert (tmp_path / "golden").read_text() == candidate


@pytest.mark.parametrize(
    "line",
    [
        lambda n, random: "".join(random.choices(".,;:", k=200)),
        lambda n, random: " ".join(random.choices(["a", "b"], k=100)),
        lambda n, random: f"{n % 20} {random.random()}",
        lambda n, random: "x" * 200 + str(n),
    ],
)
def test_hunks_take_as_long_as_the_text(line: Callable[[int, Random], str]) -> None:
    """Eight times the lines take about eight times as long, or end with what may be spent."""
    took = {}
    for length in (250, 2000):
        random = Random(length)
        one, two = ("\n".join(line(n, random) for n in range(length)) for _ in range(2))
        began = time.process_time()
        text.compare(one, two)
        text.hunks(one, two, most=5000)
        took[length] = time.process_time() - began
    assert took[2000] < 8
    assert took[2000] < 24 * took[250] + 3, took


@pytest.mark.parametrize("golden", ["a\n", "\ufeffa\n"])
def test_a_byte_order_mark_beside_other_changes(golden: str) -> None:
    """It is told of, also where lines differ too."""
    found = differ(golden.encode(), b"\xef\xbb\xbfb\n", Rules())
    assert found.kind is Kind.CONTENT
    assert ("byte order mark" in found.why) == (golden == "a\n")
