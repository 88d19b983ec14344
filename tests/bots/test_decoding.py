"""What forges deliver is decoded in bounded room, and refused where no database keeps it."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots import decoding
from bots.decoding import MOST_VALUES, decode

WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda each: st.lists(each) | st.dictionaries(st.text(st.characters(min_codepoint=1, codec="utf-8")), each),
)
MIB = 1 << 20


@given(WRITTEN, st.booleans())
def test_what_is_no_trouble_is_decoded(value: object, ascii_only: bool) -> None:
    """Whatever a forge may say is what comes out, whether written in ASCII or not."""
    assert decode(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize("value", ["[],", "{},", '"",', "0,", '{"a":[]},'])
def test_many_values_are_refused_before_they_take_room(value: str) -> None:
    """Eight MiB of next to nothing each are not made into objects of a hundred bytes each."""
    body = ('{"object_kind":"note","x":[' + value * (8 * MIB // len(value)) + "0]}").encode()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="too many values"):
            decode(body)
        assert tracemalloc.get_traced_memory()[1] < MIB
    finally:
        tracemalloc.stop()


def test_what_stands_in_text_is_no_value() -> None:
    """A description of commas and brackets is long, and one value."""
    text = ',[{\\"\n' * MOST_VALUES
    assert decode(json.dumps({"description": text}).encode()) == {"description": text}


def test_the_most_is_decoded() -> None:
    """As many values as are allowed pass, one more does not."""
    assert len(decode(b"[" + b"0," * (MOST_VALUES - 1) + b"0]")) == MOST_VALUES
    with pytest.raises(ValueError, match="too many"):
        decode(b"[" + b"0," * MOST_VALUES + b"0]")


@pytest.mark.parametrize("body", [b'"' + b'\\"' * (4 * MIB), b",\\" * (4 * MIB), b'"\\' * (4 * MIB)])
def test_strings_that_do_not_end_take_no_time(body: bytes) -> None:
    """Where a string ends is looked for once."""
    begun = time.process_time()
    with pytest.raises(ValueError, match=r"values|Unterminated|Expecting|Invalid"):
        decode(body + b"," * MOST_VALUES)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "body", [rb'["\ud800"]', rb'{"\udc00": 1}', rb'["a\u0000"]', rb'{"\u0000": 1}', b'["\xff"]']
)
def test_text_that_no_database_keeps_is_refused(body: bytes) -> None:
    """Halves of characters and NUL are refused, in members' names too."""
    with pytest.raises(ValueError, match=r"NUL|surrogate|decode"):
        decode(body)


def test_what_only_looks_like_nul_is_kept() -> None:
    """A backslash before u0000 is text."""
    assert decode(rb'["\\u0000"]') == ["\\u0000"]


def test_deep_nesting_is_refused() -> None:
    """Whatever is nested deeper than anybody reads is refused, and breaks nothing."""
    with pytest.raises(RecursionError):
        decode(b"[" * (MOST_VALUES - 1))
    assert decoding.MOST_VALUES == MOST_VALUES
