"""Which files go to LFS is decided as git itself decides it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffing.gitattributes import files, large
from diffing.words import Name
from tests.diffing.artifacts import tree

PATHS = [
    "a.png",
    "b.png",
    "a/b.png",
    "a/c/b.png",
    "c/a/b/a.png",
    "ab.png",
    "b/é.png",
    "a b.png",
    "a/[x.png",
    "a/b]x.png",
]
PATTERN = st.lists(
    st.sampled_from(
        [
            *(
                "a",
                "b",
                "c",
                "/",
                "*",
                "?",
                "**",
                "**/",
                "/**",
                ".png",
                "[ab]",
                "[!a]",
                "[^b]",
                "[a-c]",
                "[",
                "[]b]",
            ),
            "[[:alpha:]]",
            "\\*",
            "\\a",
            "[a-",
            "x",
            " ",
            "é",
            '"',
            "#",
            "!",
            "{a,b}",
            "***/",
            "[+-9]",
            "\\303\\251",
        ]
    ),
    min_size=1,
    max_size=5,
).map("".join)
PLAUSIBLE = st.sampled_from([*PATHS[:6], "*.png", "**/*.png", "a/**", "/a.png", "c/", "*"])
WRITTEN = st.one_of(
    PATTERN, PLAUSIBLE, PATTERN.map(lambda each: f'"{each}"'), st.sampled_from(["[attr]lfs", "[attr]m2"])
)
ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            *(
                "filter=lfs",
                "-filter",
                "!filter",
                "filter",
                "filter=x",
                "lfs",
                "-lfs",
                "!lfs",
                "m2",
                "-m2",
                "binary",
            ),
            "text",
            "filter=",
            "-filter=lfs",
            "=x",
            "a/b",
        ]
    ),
    max_size=3,
).map(" ".join)
LINE = st.tuples(st.sampled_from(["", " ", "\t"]), WRITTEN, st.sampled_from([" ", "\t"]), ATTRIBUTES).map("".join)
TEXT = st.lists(LINE, max_size=5).map(lambda lines: "".join(f"{line}\n" for line in lines))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty repository with room for three `.gitattributes`."""
    root = tmp_path_factory.mktemp("attributes")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "a" / "c").mkdir(parents=True)
    return root


def git_says(repository: Path, texts: dict[Name, str]) -> dict[str, bool]:
    """Ask the real git which of the paths have `filter=lfs`."""
    for name, text in texts.items():
        (repository / name).write_text(text)
    alone = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "HOME": str(repository)}
    said = subprocess.run(
        ["git", "-C", str(repository), "check-attr", "-z", "--stdin", "filter"],
        input="\0".join([*PATHS, ""]).encode(),
        capture_output=True,
        check=True,
        env=alone,
    )
    words = said.stdout.decode().split("\0")
    return {path: value == "lfs" for path, value in zip(words[::3], words[2::3], strict=False)}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(root=TEXT, nearer=TEXT, nearest=TEXT)
def test_git_says_the_same(repository: Path, root: str, nearer: str, nearest: str) -> None:
    """Precedence, macros, quoting, negation, broken patterns: `git check-attr` is the judge."""
    texts = {
        Name(".gitattributes"): root,
        Name("a/.gitattributes"): nearer,
        Name("a/c/.gitattributes"): nearest,
    }
    assert {path: large(path, texts) for path in PATHS} == git_says(repository, texts)


@pytest.mark.parametrize(
    ("root", "nearer", "expected"),
    [
        ("*.png filter=lfs diff=lfs merge=lfs -text", "", True),
        ("*.png filter=lfs", "b.png !filter", False),
        ("*.png filter=lfs", "b.png -filter", False),
        ("*.png filter=lfs\nb.png filter=lfs -filter", "", False),
        ("[attr]lfs filter=lfs\n*.png lfs", "", True),
        ("*.png -filter", "*.png filter=lfs", True),
        ("", "[attr]lfs filter=lfs\n*.png lfs", False),
        ("/a/*.png filter=lfs", "", True),
        ("/*.png filter=lfs", "", False),
        ("a/ filter=lfs", "", False),
        ("", "", False),
    ],
)
def test_the_rules_people_write(root: str, nearer: str, expected: bool) -> None:
    """The nearer file and the later line count; a macro is defined at the root only."""
    assert large("a/b.png", {Name(".gitattributes"): root, Name("a/.gitattributes"): nearer}) is expected


def test_the_files_that_matter_are_found() -> None:
    """Every `.gitattributes`, but a link to one, which git does not follow either."""
    there = tree("a/.gitattributes", ".gitattributes", "a/b.gitattributes", link=["b/.gitattributes"])
    assert files(there) == [".gitattributes", "a/.gitattributes"]
