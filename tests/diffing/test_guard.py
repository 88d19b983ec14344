"""What may not be committed is not, however it is spelled."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diffing.guard import protected, refusal
from tests.diffing.artifacts import tree

EVERYWHERE = ("**",)


def picture(format_: str = "PNG") -> bytes:
    """Draw one pixel."""
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, format_)
    return buffer.getvalue()


PNG = picture()


@pytest.mark.parametrize(
    "name", ["a.png", "test/goldens/a.png", "app/[id]/ä ö.png", "a/github/b.png", "a/..b.png"]
)
def test_an_ordinary_golden_is_let_through(name: str) -> None:
    """The guard is no hindrance to honest names."""
    assert refusal(name, PNG, EVERYWHERE, {}) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/a.png",
        "C:/a.png",
        "../a.png",
        "a/../../b.png",
        "a/./b.png",
        "a//b.png",
        "a/",
        "a\\b.png",
        "a\0.png",
        "a\n.png",
        "a\x7f.png",
        "a\u202eb.png",
        "a\ud800.png",
        "a./b.png",
        "a /b.png",
        "x" * 1001,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    """Absolute, upwards, with control characters, with what other systems read as a separator or drop."""
    assert refusal(name, PNG, EVERYWHERE, {})


@pytest.mark.parametrize(
    "name",
    [
        ".github/workflows/a.png",
        ".GitHub/a.png",
        "a/.github/b.png",
        ".gitlab-ci.yml",
        "sub/.gitlab-ci.yml",
        ".git/hooks/a.png",
        "a/.GIT/config",
        ".git./config",
        ".git /config",
        ".git::$INDEX_ALLOCATION/config",
        ".g\u200cit/config",
        "\ufeff.git/config",
        "git~1/config",
        "GIT~1/config",
        "GI7EBA~1",
        ".gitattributes",
        "a/.gitmodules",
        ".gitignore",
        "CODEOWNERS",
        "docs/CodeOwners",
        "CODEOWNERS::$DATA",
        ".golddigger.yml",
        ".circleci/config.yml",
    ],
)
def test_what_steers_git_ci_or_reviews_is_refused(name: str) -> None:
    """Whatever the globs say, in every spelling that some file system reads as the same."""
    assert refusal(name, b"text", EVERYWHERE, {})


@given(st.sampled_from([".git", ".github", ".gitattributes"]), st.data())
def test_letter_case_and_unseen_characters_do_not_help(name: str, data: st.DataObject) -> None:
    """Any mixture of upper and lower case, with zero-width characters strewn in, is still protected."""
    unseen = st.text(alphabet="\u200c\u200d\u200e\u2060"[:3] + "\ufeff", max_size=2)
    spelled = "".join(
        data.draw(unseen) + data.draw(st.sampled_from([char.lower(), char.upper()])) for char in name
    )
    assert protected(spelled)


def test_nothing_is_written_outside_the_globs() -> None:
    """The suite's globs, from the base branch, are the allow-list; the reason names them."""
    why = refusal("src/a.png", PNG, ("test/**/*.png",), {})
    assert why is not None
    assert "`test/**/*.png`" in why


def test_without_a_configuration_there_is_no_allow_list_to_be_outside_of() -> None:
    """None says that nobody drew the line; an empty list draws it around nothing."""
    assert refusal("src/a.png", PNG, None, {}) is None
    assert refusal("src/a.png", PNG, (), {})


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("link.png", "symbolic link"),
        ("out/a.png", "symbolic link"),
        ("out/b/c/a.png", "symbolic link"),
        ("lib/a.png", "submodule"),
        ("lib", "submodule"),
        ("a.png/b.png", "a file"),
        ("goldens", "folder"),
        ("Goldens.png", "letter case"),
        ("GOLDENS/x.png", "letter case"),
        ("OUT/x.png", "letter case"),
        ("caf\u0065\u0301.png", "Unicode form"),
    ],
)
def test_what_stands_in_the_tree_is_not_gone_through_or_doubled(name: str, word: str) -> None:
    """Links, submodules, files as folders, and names that some file systems take for one."""
    there = tree(
        "a.png", "goldens.png", "goldens/x.png", "caf\u00e9.png", link=["link.png", "out"], module=["lib"]
    )
    why = refusal(name, PNG if name.endswith(".png") else b"", EVERYWHERE, there)
    assert why is not None
    assert word in why


def test_a_golden_in_its_place_is_replaced() -> None:
    """A tree that already has two names in different case is the repository's own affair."""
    assert refusal("A.png", PNG, EVERYWHERE, tree("a.png", "A.png")) is None
    assert refusal("a.png", None, EVERYWHERE, tree("a.png")) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", picture("JPEG")),
        ("a.png", b"#!/bin/sh\n"),
        ("a.png", b""),
        ("a.PNG", b"GIF89a"),
        ("a.jpg", PNG),
        ("a.webp", PNG),
        ("a.json", PNG),
        ("a.pdf", PNG),
        ("a.pdf", b"text"),
        ("a.txt", b"%PDF-1.7\n"),
        ("a.zip", b"PK\x03\x04\x14\x00"),
        ("a.txt", b"\xff\xfe"),
        ("a.txt", b"a\0b"),
        ("a", b"\x7fELF\x02\x01\x01\x00"),
        ("a.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    """A picture's name needs that picture's first bytes; every other name needs text."""
    assert refusal(name, content, EVERYWHERE, {})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpeg", picture("JPEG")),
        ("a.webp", picture("WEBP")),
        ("a.json", b"{}"),
        ("a.svg", b"<svg/>"),
        ("a.PDF", b"%PDF-1.7\n"),
        ("a.txt", "ä".encode()),
        ("a", b""),
    ],
)
def test_a_file_that_is_what_its_name_says_is_let_through(name: str, content: bytes) -> None:
    """Text goldens count as much as pictures."""
    assert refusal(name, content, EVERYWHERE, {}) is None


@given(st.text(max_size=40), st.binary(max_size=20))
def test_any_name_and_bytes_can_be_asked(name: str, content: bytes) -> None:
    """Whatever is let through is a plain relative path within the globs."""
    if refusal(name, content, ("g/**",), {}) is None:
        assert name.startswith("g/")
        assert not {"", ".", "..", ".git"} & set(name.split("/"))
        assert name.isprintable() or not name.isascii()
