"""Of texts that look alike it is said how they differ."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import likeness, text
from diffing.words import Kind


@pytest.mark.parametrize(
    ("golden", "candidate", "said"),
    [
        ("a \nb\n", "a\nb\n", "Only blanks at the ends of lines differ."),
        ("a b\n", "a  b\n", "Only blanks differ: spaces, tabs or empty lines."),
        ("a\n\nb\n", "a\nb\n", "Only blanks differ: spaces, tabs or empty lines."),
        (
            "a b\n",
            "a\u00a0b\n",
            "Only what cannot be seen differs: 1 more U+00A0 NO-BREAK SPACE.",
        ),
        ("ab\n", "a\u200bb\n", "Only what cannot be seen differs: 1 more U+200B ZERO WIDTH SPACE."),
        ("caf\u00e9\n", "cafe\u0301\n", "The same letters in another Unicode form"),
        ("a = 1\n", "a = \u202e2\n", "It brings characters that mislead the eye: U+202E RIGHT-TO-LEFT OVERRIDE."),
        ("a\nb\n", "a\r\nc\r\n", "Line ends differ too: LF became CRLF."),
        ("a\nb\r\nc\n", "a\nx\nc\n", "Line ends differ too: LF and CRLF became LF."),
    ],
)
def test_texts_that_look_alike(golden: str, candidate: str, said: str) -> None:
    """A sentence names what the eye does not; such a change is content all the same."""
    found = text.compare(golden, candidate)
    assert found.kind is Kind.CONTENT
    assert said in found.why


@pytest.mark.parametrize(
    ("golden", "candidate", "said"),
    [
        ("a\nb\n", "a\r\nb\r\n", "Only line ends differ: LF became CRLF."),
        ("a\nb\n", "a\nb", "Only the last line end differs: it is gone."),
        ("a", "a\n", "Only the last line end differs: it is new."),
        ("a\r\nb\n", "a\nb\r\n", "Only line ends differ"),
    ],
)
def test_line_ends_alone(golden: str, candidate: str, said: str) -> None:
    """Other line ends are formatting, and it is said which became which."""
    found = text.compare(golden, candidate)
    assert found.kind is Kind.FORMATTING_ONLY
    assert said in found.why


def test_what_can_be_seen_needs_no_remark() -> None:
    """Other words are other words; what misled before may go on doing so."""
    assert likeness.remark("total 12\n", "total 15\n") == ""
    assert likeness.remark("\u202ea\n", "\u202eb\n") == ""


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_can_be_asked(golden: str, candidate: str) -> None:
    """Whatever the texts are, the answer is a sentence, or nothing."""
    said = likeness.remark(golden, candidate)
    assert not said or said.endswith(".")


@pytest.mark.parametrize(
    "unit", [" ", "\t", "\n", "\r", "e\u0301\u0327", "\u0301", "\u0327\u0301", "\u00a0", " \n", "\u202e"]
)
def test_no_text_takes_long(unit: str) -> None:
    """Letters with thousands of accents, which are costly to compose, are not composed."""
    began = time.process_time()
    likeness.remark(unit * 100_000, unit * 100_000 + "x")
    likeness.remark((unit * 100 + "\n") * 1_000, (unit * 100 + "\n") * 1_000 + "x")
    assert time.process_time() - began < 6
