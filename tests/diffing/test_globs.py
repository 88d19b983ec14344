"""Globs match what their words say, in linear time, whatever they hold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.globs import MOST_CHARACTERS, literal, matches, matches_any, matches_name

PARTS = st.text(alphabet="ab*?[]{},!-\\./é", max_size=12)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("a.png", "a.png"),
        ("/a.png", "a.png"),
        ("*.png", "a.png"),
        ("*.png", ".png"),
        ("test/*/a.png", "test/x/a.png"),
        ("**/a.png", "a.png"),
        ("**/a.png", "x/y/a.png"),
        ("test/**/a.png", "test/a.png"),
        ("test/**/a.png", "test/x/y/a.png"),
        ("test/**", "test/x/y"),
        ("test/", "test/x/y"),
        ("**", "x/y"),
        ("a?.png", "ab.png"),
        ("[a-c].png", "b.png"),
        ("[!a-c].png", "d.png"),
        ("[^a-c].png", "d.png"),
        ("[]a].png", "].png"),
        ("[[:digit:]].png", "7.png"),
        ("*.{png,webp}", "a.webp"),
        ("{a,b/{c,d}}/x", "b/d/x"),
        ("{**/,}a", "x/y/a"),
        ("{test,lib}/**/*.png", "lib/a/b.png"),
        (r"\[id\].png", "[id].png"),
        ("{a}.png", "{a}.png"),
        ("{a,b.png", "{a,b.png"),
        ("[a.png", "[a.png"),
        ("a***b", "axb"),
    ],
)
def test_a_glob_takes(glob: str, path: str) -> None:
    """These match."""
    assert matches(path, glob)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*.png", "x/a.png"),
        ("a.png", "x/a.png"),
        ("test/*/a.png", "test/a.png"),
        ("test/*/a.png", "test/x/y/a.png"),
        ("test/**", "test"),
        ("test/**", "tests/a"),
        ("test/**.png", "test/x/a.png"),
        ("a?b", "a/b"),
        ("a[/]b", "a/b"),
        ("a[!x]b", "a/b"),
        ("a[+-9]b", "a/b"),
        ("a*b", "a/b"),
        ("*.{png,webp}", "a.gif"),
        ("*.png", "a.PNG"),
        ("", "a"),
    ],
)
def test_a_glob_leaves(glob: str, path: str) -> None:
    """These do not: above all, nothing but `**` goes past a slash."""
    assert not matches(path, glob)


@given(PARTS)
def test_a_literal_matches_itself(path: str) -> None:
    """A path with signs in it, as `app/[id]/a.png`, can be written as a glob."""
    assert matches(path, literal(path)) or path.startswith("/") or path.endswith("/")


@given(PARTS, PARTS)
def test_a_literal_matches_nothing_else(path: str, other: str) -> None:
    """Escaping leaves no sign alive."""
    if not path.startswith("/") and not path.endswith("/"):
        assert matches(other, literal(path)) == (other == path)


@given(
    st.text(alphabet="ab/*?", min_size=1, max_size=4),
    st.lists(st.text(alphabet="abc", max_size=3), min_size=2),
    PARTS,
)
def test_braces_are_one_of_several(start: str, options: list[str], path: str) -> None:
    """Braces say the same as their options written one after another."""
    written = [f"{start}x{option}" for option in options]
    assert matches(path, f"{start}x{{{','.join(options)}}}") == matches_any(path, written)


@given(PARTS, PARTS)
def test_any_glob_can_be_asked_of_any_path(glob: str, path: str) -> None:
    """Nothing makes matching fail."""
    assert matches(path, glob) in {True, False}


@pytest.mark.parametrize(
    "glob",
    ["*a" * 400 + "b", "**/" * 300 + "b", "{a,aa}" * 160 + "b", "{,a" * 240 + "}" * 240, "[" * 900, "a*" * 450],
)
def test_a_hostile_glob_costs_little(glob: str) -> None:
    """What hangs a backtracking matcher for years takes well under a second or two."""
    start = time.perf_counter()
    matches("a" * 2000, glob)
    matches("a/" * 1000, glob)
    assert time.perf_counter() - start < 5


def test_an_endless_glob_matches_nothing() -> None:
    """There is a cap, and past it the answer is no."""
    assert not matches("a" * (MOST_CHARACTERS + 1), "a" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("name", "glob"),
    [("Goldens-Linux", "goldens*"), ("visual goldens 2/4", "*GOLDEN*"), ("goldens 2/4", "goldens ?/4")],
)
def test_artifacts_are_called_by_names_not_paths(name: str, glob: str) -> None:
    """In an artifact's name neither letter case nor a slash means anything."""
    assert matches_name(name, glob)
