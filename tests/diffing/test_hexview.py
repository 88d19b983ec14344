"""Files of bytes are shown where they begin to differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import hexview
from diffing.hexview import WIDTH


def test_the_first_difference_is_marked() -> None:
    """Three rows stand before it; both sides have the same places."""
    golden = bytes(range(256))
    candidate = golden[:100] + b"\xff" + golden[101:]
    rows = hexview.rows(golden, candidate, most=5)
    assert [row.offset for row in rows] == [48, 64, 80, 96, 112]
    assert [row.differs for row in rows] == [False, False, False, True, False]
    (byte,) = (byte for byte in rows[3].candidate if byte.marked)
    assert (byte.digits, byte.sign) == ("ff", ".")
    assert rows[3].golden[4].digits == "64"
    assert rows[3].golden[4].sign == "d"


def test_a_file_that_ended() -> None:
    """Where one file has ended, what the other goes on with is marked."""
    (row,) = hexview.rows(b"abc", b"abcde")
    assert [byte.marked for byte in row.candidate] == [False, False, False, True, True]
    assert len(row.golden) == 3
    assert hexview.rows(b"", b"x")[0].golden == ()


def test_equal_files_have_no_rows() -> None:
    """Nothing differs, so there is nothing to show."""
    assert hexview.rows(b"abc", b"abc") == ()


@pytest.mark.parametrize(
    ("golden", "candidate", "said"),
    [
        (b"\x00abcd", b"\x00abXde", "5 bytes became 6; the first other byte is at 3 (0x3)."),
        (b"\x00ab", b"\x00ax", "3 bytes; the first other byte is at 2 (0x2)."),
        (b"wOF2\x00", b"\x00\x01\x00\x00", "A WOFF2 font became a TrueType font."),
        (b"PK\x03\x04\x00", b"text", "A ZIP archive became text."),
    ],
)
def test_it_is_said_in_a_sentence(golden: bytes, candidate: bytes, said: str) -> None:
    """What they are, how long, and where it begins."""
    assert said in hexview.compare(golden, candidate).why


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(1, 6))
def test_rows_hold_the_bytes(golden: bytes, candidate: bytes, most: int) -> None:
    """Each row has the bytes of its places, marked just where they differ; the first marked one is the first."""
    rows = hexview.rows(golden, candidate, most=most)
    assert len(rows) <= most
    for row in rows:
        places = slice(row.offset, row.offset + WIDTH)
        assert bytes(byte.value for byte in row.golden) == golden[places]
        assert bytes(byte.value for byte in row.candidate) == candidate[places]
        for one, two in zip(row.golden, row.candidate, strict=False):
            assert one.marked is two.marked is (one.value != two.value)
    at = hexview.first_difference(golden, candidate)
    assert (at is None) == (golden == candidate)
    assert at is None or not rows or rows[0].offset <= at
