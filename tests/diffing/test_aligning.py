"""Sequences are aligned for people, and never for longer than a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffing.aligning import Budget, opcodes

pytestmark = pytest.mark.slow

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=25)
RANDOM = Random(7)


def ladder(length: int) -> tuple[list[str], list[str]]:
    """Give lines of which always just one is alone in both, once the one before it was cut off."""
    steps = [f"u{n}" for n in range(length)]
    return steps, [each for n in range(length - 1) for each in (steps[n + 1], steps[n])]


def repeated(length: int) -> tuple[list[str], list[str]]:
    """Give lines of which each stands twenty times: the worst that `difflib` does not call junk."""
    kinds = length // 20
    return [str(n % kinds) for n in range(length)], [str(n * 7 % kinds) for n in range(length)]


def two_kinds(length: int) -> tuple[list[str], list[str]]:
    """Give lines of two kinds, strewn."""
    return RANDOM.choices("ab", k=length), RANDOM.choices("ab", k=length)


def blocks(length: int) -> tuple[list[str], list[str]]:
    """Give small parts to be matched exactly, as many as there can be."""
    one = [line for n in range(length // 60) for line in (f"head {n}", *RANDOM.choices("ab", k=59))]
    two = [line for n in range(length // 60) for line in (f"head {n}", *RANDOM.choices("ab", k=59))]
    return one, two


def shuffled(length: int) -> tuple[list[str], list[str]]:
    """Give the same lines in any order."""
    lines = [str(n) for n in range(length)]
    return lines, RANDOM.sample(lines, length)


@given(WORDS, WORDS, st.sampled_from([0, 50, 10**6]))
@settings(max_examples=300, deadline=None)
def test_opcodes_rebuild_both(one: list[str], two: list[str], steps: int) -> None:
    """Each place stands in one, equal is equal, and neighbours have other tags, however little may be spent."""
    codes = opcodes(one, two, Budget(steps))
    assert [n for _, i1, i2, _, _ in codes for n in range(i1, i2)] == list(range(len(one)))
    assert [n for _, _, _, j1, j2 in codes for n in range(j1, j2)] == list(range(len(two)))
    for tag, i1, i2, j1, j2 in codes:
        assert {"equal": i2 - i1 == j2 - j1 > 0, "delete": j1 == j2, "insert": i1 == i2}.get(
            tag, i1 < i2 and j1 < j2
        )
        assert tag != "equal" or one[i1:i2] == two[j1:j2]
    assert all((one_[0] == "equal") != (two_[0] == "equal") for one_, two_ in pairwise(codes))


@given(WORDS, WORDS)
@settings(max_examples=200, deadline=None)
def test_both_ways_are_one(one: list[str], two: list[str]) -> None:
    """What was removed one way was added the other way, and as much is said to be equal."""
    there = [(i1, i2, j1, j2) for _, i1, i2, j1, j2 in opcodes(one, two, Budget())]
    assert there == [(j1, j2, i1, i2) for _, i1, i2, j1, j2 in opcodes(two, one, Budget())]


def test_a_moved_function_keeps_its_neighbours() -> None:
    """Lines that stand once hold the text together, though braces stand everywhere."""
    one = ["def a", "{", "1", "}", "", "def b", "{", "2", "}", "", "def c", "{", "3", "}"]
    two = ["def b", "{", "2", "}", "", "def c", "{", "3", "}", "", "def a", "{", "1", "}"]
    equal = [one[i1:i2] for tag, i1, i2, _, _ in opcodes(one, two, Budget()) if tag == "equal"]
    assert ["def b", "{", "2", "}", "", "def c", "{", "3"] in equal


@pytest.mark.parametrize("hostile", [ladder, repeated, two_kinds, blocks, shuffled])
def test_no_sequence_takes_long(hostile: Callable[[int], tuple[list[str], list[str]]]) -> None:
    """Eight times the lines take about eight times as long, or end with the budget; nothing is quadratic."""
    took = {}
    for length in (4_000, 32_000):
        one, two = hostile(length)
        began = time.process_time()
        opcodes(one, two, Budget(20_000_000))
        took[length] = time.process_time() - began
    assert took[32_000] < 24 * took[4_000] + 0.5, took
    assert took[32_000] < 5
