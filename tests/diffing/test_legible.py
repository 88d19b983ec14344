"""Two lines that look equal and are not are told apart by whoever reads them."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing import legible, text
from diffing.text import Line


def seen(golden: str, candidate: str) -> list[str]:
    """Give the changed lines as they are shown."""
    (hunk,) = text.hunks(golden, candidate)
    return [line.sign + line.text for line in legible.hunk(hunk).lines if line.sign != " "]


@pytest.mark.parametrize(
    ("golden", "candidate", "before", "after"),
    [
        ("a b\n", "a\u00a0b\n", "a·b", "aNBSPb"),
        ("ab\n", "a\u200bb\n", "ab", "aZWSPb"),
        ("x \n", "x\n", "x·", "x"),
        ("x\n", "x\t\n", "x", "x→"),
        ("if x:\n  y\n", "if x:\n\ty\n", "··y", "→y"),
        ("if admin\n", "if \u202enimda\n", "if admin", "if RLOnimda"),
        ("ok\n", "ok\x1b[2K\n", "ok", "okESC[2K"),
        ("a\u2028b\n", "ab\n", "aLSb", "ab"),
        ("a\n", "a\u3164\n", "a", "aU+3164"),
        ("a\n", "a\U000e0041\n", "a", "aU+E0041"),
    ],
)
def test_what_cannot_be_seen_is_written(golden: str, candidate: str, before: str, after: str) -> None:
    """Blanks, zero widths, turned writing and controls have a name on the changed lines."""
    assert seen(golden, candidate) == [f"-{before}", f"+{after}"]


def test_a_name_stands_beside_its_short_form() -> None:
    """A person may ask what NBSP is; a marked character stays marked."""
    (hunk,) = text.hunks("a b\n", "a\u00a0b\n")
    span = legible.hunk(hunk).lines[1].spans[1]
    assert (span.text, span.marked, span.unseen) == ("NBSP", True, "U+00A0 NO-BREAK SPACE")


def test_lines_around_are_left_in_peace() -> None:
    """A joined emoji in a line that did not change is no news; turned writing is, wherever it stands."""
    family = "\U0001f468\u200d\U0001f469"
    (hunk,) = text.hunks(f"{family}\n\u202ex\nold\n", f"{family}\n\u202ex\nnew\n")
    assert [line.text for line in legible.hunk(hunk).lines[:2]] == [family, "RLOx"]


def test_long_lines_keep_what_changed() -> None:
    """Of a line of a megabyte the change and a little around it stand on the page; the rest is counted."""
    long = "word " * 4000
    for line in seen(long + "12" + long + "\n", long + "15" + long + "\n"):
        assert len(line) < 1000
        assert "… 19,7" in line
    assert "15" in seen(long + "12" + long + "\n", long + "15" + long + "\n")[1]


def test_a_terminal_does_what_it_shows() -> None:
    """A text that steers terminals is written out."""
    assert legible.plain("a\x1b]0;x\x07\u202e\tb\n") == "a‹ESC›]0;x‹BEL›‹RLO›\tb\n"


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_control_character_is_left(golden: str, candidate: str) -> None:
    """Whatever the texts hold, the page has no control, no bidi control, and no line that was not there."""
    for hunk in text.hunks(golden, candidate):
        shown = legible.hunk(hunk)
        assert [(line.golden, line.candidate) for line in shown.lines] == [
            (line.golden, line.candidate) for line in hunk.lines
        ]
        for line in shown.lines:
            assert not {each for each in line.text if unicodedata.category(each) == "Cc"} - {"\t"}
            assert not set(line.text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def test_a_line_is_made_legible_in_no_time() -> None:
    """A line of half a megabyte of nothing but what cannot be seen is cut before it is written."""
    began = time.process_time()
    (hunk,) = text.hunks("x\n", "\u200b" * 500_000 + "\n")
    assert sum(len(line.spans) for line in legible.hunk(hunk).lines) < 1000
    assert time.process_time() - began < 2


def test_an_empty_line_stays_a_line() -> None:
    """Nothing to see is a line too."""
    assert [span.text for span in legible.line(Line(1, None, ())).spans] == []
