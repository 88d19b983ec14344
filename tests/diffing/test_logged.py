"""A picture comes out of a log whole, or not at all."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing import logged
from diffing.words import Refused
from tests.stories.screens import screen

PICTURE = screen()
TEXT = base64.b64encode(PICTURE)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b" \nmore of the log\n"])
def test_a_line_of_base64_is_a_picture(end: bytes) -> None:
    """At the log's end or within it, whatever the line ends in."""
    assert logged.picture(b"said: " + TEXT + end, 6) == PICTURE


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        TEXT[:-5],
        b"-" + TEXT,
        TEXT + b"=",
        b"====",
        b" " + TEXT,
        b"\xff",
    ],
)
def test_what_was_cut_off_is_refused(line: bytes) -> None:
    """Half a picture would be shown as if the test had drawn it."""
    with pytest.raises(Refused, match=r"whole line|no picture|damaged"):
        logged.picture(line, 0)


def test_what_is_no_picture_is_refused() -> None:
    """A log may hold any base64: a key, a page."""
    with pytest.raises(Refused, match="no picture"):
        logged.picture(base64.b64encode(b"-----BEGIN PRIVATE KEY-----"), 0)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_any_log_at_any_place(log: bytes, at: int) -> None:
    """Nothing but a refusal comes of what is no picture."""
    with pytest.raises(Refused):
        logged.picture(log, at)


def test_a_long_line_takes_no_long_time() -> None:
    """Thirty megabytes that end in what base64 has not."""
    begun = time.process_time()
    with pytest.raises(Refused):
        logged.picture(b"A" * 30_000_000 + b"=A", 0)
    assert time.process_time() - begun < 2
