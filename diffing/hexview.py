"""Show where two files of bytes begin to differ, as rows of hexadecimal digits and signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diffing import formats
from diffing.words import Difference, Kind, Outcome

WIDTH = 16
"""Bytes in a row."""


@dataclass(frozen=True, slots=True)
class Byte:
    """One byte of a row; `marked`: the other file has another one there, or none."""

    value: int
    marked: bool

    @property
    def digits(self) -> str:
        """`0a`."""
        return f"{self.value:02x}"

    @property
    def sign(self) -> str:
        """As ASCII; a dot for what is no sign."""
        return chr(self.value) if 0x20 <= self.value < 0x7F else "."


@dataclass(frozen=True, slots=True)
class Row:
    """The same sixteen places in both files; fewer bytes, or none, where a file has ended."""

    offset: int
    golden: tuple[Byte, ...]
    candidate: tuple[Byte, ...]

    @property
    def differs(self) -> bool:
        """Is any of its bytes another one?"""
        return any(byte.marked for byte in (*self.golden, *self.candidate))


def rows(golden: bytes, candidate: bytes, *, before: int = 3, most: int = 24) -> tuple[Row, ...]:
    """Give the rows from a little before the first byte that differs; none where the files are equal."""
    at = first_difference(golden, candidate)
    if at is None:
        return ()
    start = max(0, at // WIDTH - before) * WIDTH
    end = max(len(golden), len(candidate))
    offsets = range(start, min(end, start + most * WIDTH), WIDTH)
    return tuple(_row(golden, candidate, offset) for offset in offsets)


def first_difference(golden: bytes, candidate: bytes) -> int | None:
    """Give the place of the first byte that differs, or at which one file has ended; None where there is none."""
    shortest = min(len(golden), len(candidate))
    unlike = np.frombuffer(golden, np.uint8, shortest) != np.frombuffer(candidate, np.uint8, shortest)
    if unlike.any():
        return int(unlike.argmax())
    return None if len(golden) == len(candidate) else shortest


def compare(golden: bytes, candidate: bytes, remark: str = "") -> Difference:
    """Say of two files of bytes what they are, how long, and where they begin to differ."""
    return Difference(
        outcome=Outcome.CHANGED,
        kind=Kind.CONTENT,
        why=" ".join(part for part in (_became(golden, candidate), _said(golden, candidate), remark) if part),
    )


def _row(golden: bytes, candidate: bytes, offset: int) -> Row:
    one, two = golden[offset : offset + WIDTH], candidate[offset : offset + WIDTH]
    return Row(offset, _bytes(one, two), _bytes(two, one))


def _bytes(these: bytes, others: bytes) -> tuple[Byte, ...]:
    return tuple(Byte(value, n >= len(others) or others[n] != value) for n, value in enumerate(these))


def _became(golden: bytes, candidate: bytes) -> str:
    before, after = formats.what(golden), formats.what(candidate)
    return "" if before == after else f"{before[0].upper()}{before[1:]} became {after}."


def _said(golden: bytes, candidate: bytes) -> str:
    at = first_difference(golden, candidate)
    same = len(golden) == len(candidate)
    lengths = f"{len(golden):,} bytes" + ("" if same else f" became {len(candidate):,}")
    return f"{lengths}." if at is None else f"{lengths}; the first other byte is at {at} ({at:#x})."
